import * as pulumi from "@pulumi/pulumi";
import type { Mart } from "../../domain/marts/mart";
import type { Sheets } from "./sheets";

/** CloudFormation takes no larger template in a request. */
const MAX_BYTES = 51_200;

/** What the ARN of a data set, or a principal with its actions, adds at most. */
const BYTES_A_NAME = 400;

/** The marts in as few parts as fit into a template each, in their order. */
export function partsThatFit(
  marts: readonly Mart[],
  {
    sheetsOf,
    principals,
  }: { readonly sheetsOf: (marts: readonly Mart[]) => Sheets; readonly principals: number },
): readonly (readonly Mart[])[] {
  const parts: Mart[][] = [];
  let room = 0;
  for (const mart of marts) {
    const bytes = Buffer.byteLength(JSON.stringify(sheetsOf([mart]))) + BYTES_A_NAME;
    if (bytes > room) {
      parts.push([]);
      room = MAX_BYTES - BYTES_A_NAME * (1 + principals);
    }
    parts.at(-1)?.push(mart);
    room -= bytes;
  }
  return parts;
}

/** What those may do who get it; QuickSight takes such sets of actions and no others. */
const ACTIONS = {
  // These are the rights of an owner, who may change and publish an analysis. QuickSight has no smaller set for readers of one.
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
    readonly Identifier: string;
    readonly DataSetArn: pulumi.Input<string>;
  }[];
  readonly principals: readonly string[];
}

/**
 * An analysis or a dashboard as a template of CloudFormation, for the provider's own resources take no definition:
 * https://github.com/pulumi/pulumi-aws/issues/2852
 */
export function quickSightTemplate(args: QuickSightTemplateArgs): pulumi.Output<string> {
  const { kind, id, name, sheets, declarations, principals } = args;
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
