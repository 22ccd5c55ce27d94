import * as pulumi from "@pulumi/pulumi";
import type { Sheets } from "./analysis";

/** CloudFormation takes no larger template in a request. */
const MAX_BYTES = 51_200;

/** What each data set, and each principal with its actions, adds at most. */
const BYTES_A_NAME = 400;

/** What those may do who get it; QuickSight takes such sets of actions and no others. */
const ACTIONS = {
  // An owner: who may change and publish an analysis. There is no lesser set for those who open one.
  Analysis: [
    "RestoreAnalysis",
    "UpdateAnalysisPermissions",
    "DeleteAnalysis",
    "DescribeAnalysisPermissions",
    "QueryAnalysis",
    "DescribeAnalysis",
    "UpdateAnalysis",
  ],
  Dashboard: ["DescribeDashboard", "ListDashboardVersions", "QueryDashboard"],
} as const;

export interface QuickSightTemplateArgs {
  readonly kind: keyof typeof ACTIONS;
  readonly id: string;
  readonly name: string;
  readonly sheets: Sheets;
  readonly declarations: readonly {
    readonly Identifier: string | undefined;
    readonly DataSetArn: pulumi.Input<string>;
  }[];
  readonly principals: readonly string[];
}

/**
 * An analysis or a dashboard as a template of CloudFormation, for the provider's own resources take no definition:
 * https://github.com/pulumi/pulumi-aws/issues/2852
 *
 * @throws RunError when there are too many sheets for one template
 */
export function quickSightTemplate(args: QuickSightTemplateArgs): pulumi.Output<string> {
  const { kind, id, name, sheets, declarations, principals } = args;
  const bytes =
    Buffer.byteLength(JSON.stringify(sheets)) + BYTES_A_NAME * (declarations.length + principals.length);
  if (bytes > MAX_BYTES) {
    throw new pulumi.RunError(
      `QuickSight's ${kind.toLowerCase()} of ${declarations.length} marts would have about ${bytes} bytes, and ` +
        `CloudFormation takes ${MAX_BYTES}: give QuickSight fewer marts, in index.ts, or fewer principals, as groups.`,
    );
  }
  return pulumi.jsonStringify({
    Description: "Marble's marts in QuickSight.",
    Resources: {
      [kind]: {
        Type: `AWS::QuickSight::${kind}`,
        Properties: {
          AwsAccountId: { Ref: "AWS::AccountId" },
          [`${kind}Id`]: id,
          Name: name,
          Definition: { DataSetIdentifierDeclarations: declarations, ...sheets },
          Permissions: principals.map((principal) => ({
            Principal: principal,
            Actions: ACTIONS[kind].map((action) => `quicksight:${action}`),
          })),
        },
      },
    },
  });
}
