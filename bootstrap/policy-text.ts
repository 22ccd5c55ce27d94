import type * as aws from "@pulumi/aws";
import { RunError } from "@pulumi/pulumi";

/** The characters that AWS takes of all inline policies of a role, and of a managed policy; it does not count spaces. */
export const INLINE_LIMIT = 10_240;
export const MANAGED_LIMIT = 6144;

/**
 * A policy, as the text that AWS is given.
 *
 * @param of whose it is, as an error names it: `the role github-marble-read`
 * @param limit the characters that AWS takes
 * @throws RunError when it is longer: AWS would refuse it in the middle of an update
 */
export function policyText(
  of: string,
  statements: readonly aws.iam.PolicyStatement[],
  limit: number,
): string {
  const text = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  if (text.length <= limit) return text;
  throw new RunError(
    `The policy of ${of} has ${text.length} characters, and AWS takes ${limit}. ` +
      "It grows with the number of stacks, with the length of their names and with the names of their secrets. " +
      "Take stacks out (pulumi config set stacks), give them shorter names, or put some into another account.",
  );
}
