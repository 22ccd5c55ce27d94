import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { MartType } from "../../domain/marts/column";
import { titleOf, type Mart } from "../../domain/marts/mart";
import { nameOf } from "../naming";
import type { QuickSightConfig } from "./settings";

/**
 * The warehouse, with a role that can read the marts. No user is granted this data source, because that would allow
 * arbitrary SQL.
 */
export function warehouseSource(
  id: string,
  config: QuickSightConfig,
  opts: pulumi.CustomResourceOptions,
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
    opts,
  );
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

/** The actions that let a user build analyses from a data set. QuickSight accepts only such sets of actions. */
const USE_DATA_SET = [
  "DescribeDataSet",
  "DescribeDataSetPermissions",
  "PassDataSet",
  "DescribeIngestion",
  "ListIngestions",
].map((action) => `quicksight:${action}`);

interface MartDataSetArgs {
  readonly source: aws.quicksight.DataSource;
  readonly martsSchema: string;
  /** ARNs of the users and groups that may build on it. */
  readonly authors: readonly string[];
}

/** A data set over a mart, without a cache. */
export function martDataSet(
  { name, columns }: Mart,
  { source, martsSchema, authors }: MartDataSetArgs,
  opts: pulumi.CustomResourceOptions,
): aws.quicksight.DataSet {
  const dataSetId = nameOf(name.replaceAll("_", "-"));
  return new aws.quicksight.DataSet(
    dataSetId,
    {
      dataSetId,
      name: titleOf(name),
      importMode: "DIRECT_QUERY",
      physicalTableMaps: [
        {
          physicalTableMapId: "mart",
          relationalTable: {
            dataSourceArn: source.arn,
            schema: martsSchema,
            name,
            inputColumns: Object.entries(columns).map(([column, { type }]) => ({
              name: column,
              type: TYPES[type],
            })),
          },
        },
      ],
      permissions: authors.map((principal) => ({ principal, actions: USE_DATA_SET })),
    },
    opts,
  );
}
