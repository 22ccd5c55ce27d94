import * as pulumi from "@pulumi/pulumi";
import type { Mart } from "../../domain/marts/mart";
import type { Sheets } from "./sheets";

/** The largest template that CloudFormation accepts in a request. */
const MAX_BYTES = 51_200;

/** The largest addition of a data set's ARN, or of a principal with its actions. */
const BYTES_A_NAME = 400;

/** Splits the marts into as few parts as possible that each fit into a template, in order. */
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

/** The sets of actions that QuickSight accepts for users of an analysis. */
const ACTIONS = {
  // These are the permissions of an owner, who may change and publish an analysis. QuickSight has no smaller set for
  // readers.
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

interface QuickSightTemplateArgs {
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
 * An analysis or a dashboard as a template of CloudFormation, because the provider's resources accept no definition:
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
