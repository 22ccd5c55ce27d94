import * as pulumi from "@pulumi/pulumi";

/**
 * Puts a permissions boundary on every role declared from here on: whatever its policies grant, it may do no
 * more than the boundary says. https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 *
 * @param arn of a managed policy; none when empty
 */
export function boundEveryRole(arn: string): void {
  if (arn === "") return;
  pulumi.runtime.registerStackTransformation(({ type, props, opts }) =>
    type === "aws:iam/role:Role" ? { props: { ...props, permissionsBoundary: arn }, opts } : undefined,
  );
}
