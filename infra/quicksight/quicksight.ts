import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { MartType } from "../../domain/marts/column";
import type { Mart } from "../../domain/marts/mart";
import { nameOf } from "../naming";
import { sheetsOf, titleOf } from "./analysis";
import { quickSightTemplate } from "./template";
import type { QuickSightConfig } from "./settings";

export interface QuickSightArgs {
  readonly config: QuickSightConfig & { readonly martsSchema: string };
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

/** To build analyses of one's own from a data set; QuickSight takes such sets of actions and no others. */
const USE_DATA_SET = [
  "DescribeDataSet",
  "DescribeDataSetPermissions",
  "PassDataSet",
  "DescribeIngestion",
  "ListIngestions",
].map((action) => `quicksight:${action}`);

/**
 * The marts in QuickSight: the warehouse as a data source, a data set for each mart, an analysis for authors and a
 * dashboard, which is the same, for readers.
 *
 * The data sets ask the warehouse at each look, so that they show what is loaded, and nothing is copied. The account
 * must have subscribed to QuickSight before.
 */
export class QuickSight extends pulumi.ComponentResource {
  readonly dataSourceArn: pulumi.Output<string>;
  readonly analysisId: string;
  readonly dashboardId: string;

  constructor(name: string, { config, marts }: QuickSightArgs, opts?: pulumi.ComponentResourceOptions) {
    super("marble:infra:QuickSight", name, {}, opts);
    // Ids are chosen here, and taken until what has them is gone.
    const child = { parent: this, deleteBeforeReplace: true };
    const { quicksightAuthors: authors, quicksightReaders: readers } = config;
    // Now, and not when the data sets are there: a preview sees what is wrong with it.
    const sheets = sheetsOf(marts, { currency_code: config.quicksightCurrency, kind: "sale" });

    const source = this.declareSource(nameOf(name), config, child);
    const dataSets = marts.map((mart) => {
      const dataSetId = nameOf(mart.name.replaceAll("_", "-"));
      return new aws.quicksight.DataSet(
        dataSetId,
        {
          dataSetId,
          name: titleOf(mart.name),
          importMode: "DIRECT_QUERY",
          physicalTableMaps: [
            {
              physicalTableMapId: "mart",
              relationalTable: {
                dataSourceArn: source.arn,
                schema: config.martsSchema,
                name: mart.name,
                inputColumns: Object.entries(mart.columns).map(([column, { type }]) => ({
                  name: column,
                  type: TYPES[type],
                })),
              },
            },
          ],
          permissions: authors.map((principal) => ({ principal, actions: USE_DATA_SET })),
        },
        child,
      );
    });

    const id = nameOf(name);
    const declarations = dataSets.map(({ arn }, index) => ({
      Identifier: marts[index]?.name,
      DataSetArn: arn,
    }));
    for (const [kind, principals] of [
      ["Analysis", authors],
      ["Dashboard", [...new Set([...authors, ...readers])]],
    ] as const) {
      new aws.cloudformation.Stack(
        `${id}-${kind.toLowerCase()}`,
        {
          templateBody: quickSightTemplate({
            kind,
            id,
            name: `Business (${pulumi.getStack()})`,
            sheets,
            declarations,
            principals,
          }),
          // One that was rolled back can be neither updated nor made again.
          onFailure: "DELETE",
        },
        child,
      );
    }
    this.dataSourceArn = source.arn;
    this.analysisId = id;
    this.dashboardId = id;
    this.registerOutputs({ dataSourceArn: this.dataSourceArn, analysisId: id, dashboardId: id });
  }

  /** Nobody gets the source itself: with it goes SQL of one's own. */
  private declareSource(
    id: string,
    config: QuickSightConfig,
    child: pulumi.CustomResourceOptions,
  ): aws.quicksight.DataSource {
    const vpcConnectionArn = config.quicksightVpcConnectionArn;
    return new aws.quicksight.DataSource(
      id,
      {
        dataSourceId: id,
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
      },
      child,
    );
  }
}
