import * as pulumi from "@pulumi/pulumi";

/**
 * The longest stack name with which every physical name stays within AWS's limits:
 * `marble-<stack>-process-schedule-1a2b3c4` is a role's name, which has 64 characters at most.
 */
const STACK_NAME = /^[a-z0-9][a-z0-9-]{0,29}$/;

/**
 * The name of a resource, unique between the stacks of one account: `marble-dev-ingest`. Pulumi makes the
 * physical name from it by adding seven random digits.
 *
 * @throws RunError when the stack's name cannot be part of a bucket's name.
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

/** Puts the tags `project` and `stack` on every resource declared from here on that can be tagged. */
export function tagEverything(): void {
  const tags = { project: pulumi.getProject(), stack: pulumi.getStack() };
  pulumi.runtime.registerStackTransformation(({ props, opts }) => {
    const inputs = props as Record<string, unknown>;
    // The SDK gives every resource that AWS can tag a `tags` property, set or not; no other has one.
    if (!("tags" in inputs)) return undefined;
    return { props: { ...inputs, tags: { ...tags, ...(inputs["tags"] as object | undefined) } }, opts };
  });
}
