import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { MartType } from "../../domain/marts/column";
import type { Mart } from "../../domain/marts/mart";
import type { MarbleConfig } from "../config";
import { nameOf } from "../naming";
import { analysisOf, titleOf } from "./analysis";

export interface QuickSightArgs {
  readonly config: MarbleConfig;
  readonly marts: readonly Mart[];
}

/** https://docs.aws.amazon.com/quicksight/latest/APIReference/API_InputColumn.html */
const TYPES: Readonly<Record<MartType, string>> = {
  text: "STRING",
  integer: "INTEGER",
  decimal: "DECIMAL",
  date: "DATETIME",
  timestamp: "DATETIME",
  boolean: "BOOLEAN",
};

/** What those may do who get it, in the sets that QuickSight takes. */
const USE_SOURCE = ["DescribeDataSource", "DescribeDataSourcePermissions", "PassDataSource"];
const USE_DATA_SET = [
  "DescribeDataSet",
  "DescribeDataSetPermissions",
  "PassDataSet",
  "DescribeIngestion",
  "ListIngestions",
];
const OWN_ANALYSIS = [
  "RestoreAnalysis",
  "UpdateAnalysisPermissions",
  "DeleteAnalysis",
  "DescribeAnalysisPermissions",
  "QueryAnalysis",
  "DescribeAnalysis",
  "UpdateAnalysis",
];

/**
 * The marts in QuickSight: the warehouse as a data source, a data set for each mart, and an analysis to begin with.
 *
 * The data sets ask the warehouse at each look, so that they show what is loaded, and nothing is copied. The account
 * must have subscribed to QuickSight before.
 */
export class QuickSight extends pulumi.ComponentResource {
  readonly dataSourceArn: pulumi.Output<string>;
  readonly analysisId: string;

  constructor(name: string, { config, marts }: QuickSightArgs, opts?: pulumi.ComponentResourceOptions) {
    super("marble:infra:QuickSight", name, {}, opts);
    // Ids are chosen here, and taken until what has them is gone.
    const child = { parent: this, deleteBeforeReplace: true };
    const { martsSchema, quicksightPrincipals: principals } = config;
    const vpcConnectionArn = config.quicksightVpcConnectionArn;
    const grants = (actions: readonly string[]): { principal: string; actions: string[] }[] =>
      principals.map((principal) => ({
        principal,
        actions: actions.map((action) => `quicksight:${action}`),
      }));

    const source = new aws.quicksight.DataSource(
      nameOf(name),
      {
        dataSourceId: nameOf(name),
        name: `Warehouse (${pulumi.getStack()})`,
        type: "POSTGRESQL",
        parameters: {
          postgresql: {
            host: config.quicksightHost,
            port: config.quicksightPort,
            database: config.quicksightDatabase,
          },
        },
        credentials: { secretArn: config.quicksightSecretArn },
        sslProperties: { disableSsl: false },
        ...(vpcConnectionArn !== "" && { vpcConnectionProperties: { vpcConnectionArn } }),
        permissions: grants(USE_SOURCE),
      },
      child,
    );
    this.dataSourceArn = source.arn;

    const dataSets = marts.map((mart): [string, pulumi.Output<string>] => {
      const dataSetId = nameOf(mart.name.replaceAll("_", "-"));
      const dataSet = new aws.quicksight.DataSet(
        dataSetId,
        {
          dataSetId,
          name: titleOf(mart),
          importMode: "DIRECT_QUERY",
          physicalTableMaps: [
            {
              physicalTableMapId: "mart",
              relationalTable: {
                dataSourceArn: source.arn,
                schema: martsSchema,
                name: mart.name,
                inputColumns: Object.entries(mart.columns).map(([column, { type }]) => ({
                  name: column,
                  type: TYPES[type],
                })),
              },
            },
          ],
          permissions: grants(USE_DATA_SET),
        },
        child,
      );
      return [mart.name, dataSet.arn];
    });

    this.analysisId = nameOf(name);
    // The provider's own resource takes no definition: https://github.com/pulumi/pulumi-aws/issues/2852
    new aws.cloudformation.Stack(
      `${nameOf(name)}-analysis`,
      {
        templateBody: pulumi.jsonStringify({
          Description: "The analysis of Marble's marts in QuickSight.",
          Resources: {
            Analysis: {
              Type: "AWS::QuickSight::Analysis",
              Properties: {
                AwsAccountId: aws.getCallerIdentityOutput().accountId,
                AnalysisId: this.analysisId,
                Name: `Business (${pulumi.getStack()})`,
                Definition: pulumi
                  .all(Object.fromEntries(dataSets))
                  .apply((dataSetArns) => analysisOf(marts, dataSetArns)),
                Permissions: grants(OWN_ANALYSIS).map(({ principal, actions }) => ({
                  Principal: principal,
                  Actions: actions,
                })),
              },
            },
          },
        }),
      },
      child,
    );
    this.registerOutputs({ dataSourceArn: this.dataSourceArn, analysisId: this.analysisId });
  }
}
