import { RunError } from "@pulumi/pulumi";

/** As infra/naming.ts wants it: a part of the names of buckets and roles. */
const STACK_NAME = /^[a-z0-9][a-z0-9-]{0,29}$/;

/**
 * The names of the stacks, separated by commas.
 *
 * @throws RunError for a name that no stack can have, and for two of which one begins with the other: resources are
 *   distinguished by their names, so the role of the first would reach the second
 */
export function stackNames(text: string): readonly string[] {
  const names = text.split(",");
  const wrong = names.find((name) => !STACK_NAME.test(name));
  if (wrong !== undefined)
    throw new RunError(
      `stacks: "${wrong}" cannot be the name of a stack. ` +
        "Give names of at most 30 lower-case letters, digits and hyphens, with commas between them: " +
        'pulumi config set stacks "dev,prod"',
    );
  for (const name of names) {
    const longer = names.find((other) => other.startsWith(`${name}-`));
    if (longer === undefined) continue;
    throw new RunError(
      `The role of stack ${name} would reach stack ${longer} too, whose names begin alike. Give one of them another name.`,
    );
  }
  return names;
}
