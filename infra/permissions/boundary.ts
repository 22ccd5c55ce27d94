import * as pulumi from "@pulumi/pulumi";

/**
 * Puts a permissions boundary on every role that is declared after this call. The boundary limits the role, whatever
 * its policies grant. https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 *
 * @param arn of a managed policy; empty for none
 */
export function boundEveryRole(arn: string): void {
  if (arn === "") return;
  pulumi.runtime.registerStackTransformation(({ type, props, opts }) =>
    type === "aws:iam/role:Role" ? { props: { ...props, permissionsBoundary: arn }, opts } : undefined,
  );
}
