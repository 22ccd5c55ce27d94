import type * as aws from "@pulumi/aws";
import { RunError } from "@pulumi/pulumi";

/** AWS's limits of characters, for all inline policies of a role, and for a managed policy. Spaces do not count. */
export const INLINE_LIMIT = 10_240;
export const MANAGED_LIMIT = 6144;

/**
 * A policy, as the text for AWS.
 *
 * @param of its owner, as an error names it: `the role github-marble-read`
 * @param limit the largest number of characters
 * @throws RunError if it is longer, because AWS would refuse it in the middle of an update
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
