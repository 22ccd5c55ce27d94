import { RunError } from "@pulumi/pulumi";

/** The pattern of infra/naming.ts, because a stack's name is part of the names of buckets and roles. */
const STACK_NAME = /^[a-z0-9][a-z0-9-]{0,29}$/;

/**
 * The names of the stacks, separated by commas.
 *
 * @throws RunError for an invalid name, and if one name begins with another: permissions go by names, so the role of
 *   the first stack would reach the second
 */
export function stackNames(text: string): readonly string[] {
  const names = text.split(",");
  const wrong = names.find((name) => !STACK_NAME.test(name));
  if (wrong !== undefined)
    throw new RunError(
      `stacks: "${wrong}" cannot be the name of a stack. ` +
        "Write names of at most 30 lower-case letters, digits and hyphens, separated by commas: " +
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
