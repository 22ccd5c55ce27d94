import * as pulumi from "@pulumi/pulumi";

/**
 * The longest stack name that keeps every physical name within AWS's limits. `marble-<stack>-process-schedule-1a2b3c4`
 * is the name of a role, which has at most 64 characters.
 */
const STACK_NAME = /^[a-z0-9][a-z0-9-]{0,29}$/;

/**
 * The name of a resource, unique among the stacks of an account: `marble-dev-ingest`. Pulumi adds seven random digits
 * to make the physical name.
 *
 * @throws RunError if the stack's name cannot be part of a bucket's name
 */
export function nameOf(part: string): string {
  const stack = pulumi.getStack();
  if (!STACK_NAME.test(stack)) {
    throw new pulumi.RunError(
      `The stack name "${stack}" becomes part of the names of buckets and cannot be used; ` +
        "rename it with `pulumi stack rename` to at most 30 lower-case letters, digits and hyphens.",
    );
  }
  return `${pulumi.getProject()}-${stack}-${part}`;
}

/** Puts the tags `project` and `stack` on every taggable resource that is declared after this call. */
export function tagEverything(): void {
  const tags = { project: pulumi.getProject(), stack: pulumi.getStack() };
  pulumi.runtime.registerStackTransformation(({ props, opts }) => {
    const inputs = props as Record<string, unknown>;
    // In the SDK, every taggable resource has the property `tags`, even if it is unset. Other resources do not have it.
    if (!("tags" in inputs)) return undefined;
    return { props: { ...inputs, tags: { ...tags, ...(inputs["tags"] as object | undefined) } }, opts };
  });
}
