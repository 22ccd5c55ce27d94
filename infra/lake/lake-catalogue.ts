import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Model } from "../../domain/model/model";
import { LakeBucket } from "./lake-bucket";
import { latestQueries, lakeTables, PARTITIONS, projection, type LakeTable } from "./lake-tables";
import { nameOf } from "../naming";
import {
  allow,
  grantRole,
  readObjects,
  thisAccount,
  uploadObjects,
  useKey,
  type Permission,
} from "../permissions/permissions";

const GIB = 1024 ** 3;

/** The limit of a query. AWS cancels a query that scans more; at $5 a TB, this is five cents. */
const SCAN_LIMIT_BYTES = 10 * GIB;

/** Query results are temporary. A person copies the ones to keep. */
const RESULT_DAYS = 7;

interface LakeCatalogueArgs {
  /** the processed bucket */
  readonly bucket: LakeBucket;
  readonly model: Model;
}

/**
 * The lake as a warehouse for Athena: a Glue database with a table for each table of the model, a workgroup with limits
 * and encryption, example queries, and a role for its users.
 *
 * An unused catalogue costs nothing. Glue keeps a million tables for free, a workgroup and an empty bucket are free,
 * and Athena charges for the bytes that a query scans. Only those who may assume the role can query.
 */
export class LakeCatalogue extends pulumi.ComponentResource {
  readonly database: pulumi.Output<string>;
  readonly workgroup: pulumi.Output<string>;
  readonly readerRoleArn: pulumi.Output<string>;

  constructor(name: string, { bucket, model }: LakeCatalogueArgs, opts?: pulumi.ComponentResourceOptions) {
    super("marble:infra:LakeCatalogue", name, {}, opts);
    const fullName = nameOf(name);
    const child = { parent: this };
    const tables = lakeTables(model);

    const database = new aws.glue.CatalogDatabase(
      fullName,
      // Athena requires quotes around a name with a hyphen.
      { name: fullName.replaceAll("-", "_"), description: "The files of Marble's processed bucket." },
      child,
    );
    for (const table of tables) {
      const tableName = `${fullName}-${table.name}`;
      new aws.glue.CatalogTable(tableName, tableArgs(table, { bucket, database }), child);
    }

    const results = new LakeBucket(`${name}-results`, { protectData: false, expireDays: RESULT_DAYS }, child);
    results.admitAnyone();
    const workgroup = new aws.athena.Workgroup(
      fullName,
      {
        description: "Queries of Marble's lake.",
        forceDestroy: true,
        configuration: {
          enforceWorkgroupConfiguration: true,
          bytesScannedCutoffPerQuery: SCAN_LIMIT_BYTES,
          publishCloudwatchMetricsEnabled: true,
          resultConfiguration: {
            outputLocation: pulumi.interpolate`s3://${results.name}/`,
            expectedBucketOwner: aws.getCallerIdentityOutput().accountId,
            encryptionConfiguration: { encryptionOption: "SSE_S3" },
          },
        },
      },
      child,
    );
    for (const { name: queryName, description, sql } of latestQueries(model)) {
      new aws.athena.NamedQuery(
        `${fullName}-${queryName}`,
        { name: queryName, description, database: database.name, workgroup: workgroup.name, query: sql },
        child,
      );
    }
    // A role instead of a policy for people, because the stack's boundary limits the role.
    const { role } = grantRole(
      `${fullName}-reader`,
      {
        principal: thisAccount(),
        description: "May query Marble's lake with Athena.",
        permissions: readerPermissions({ tables, bucket, database, workgroup, results }),
      },
      child,
    );
    this.database = database.name;
    this.workgroup = workgroup.name;
    this.readerRoleArn = role.arn;
    this.registerOutputs({ database: this.database, workgroup: this.workgroup });
  }
}

const PARQUET = "org.apache.hadoop.hive.ql.io.parquet";

function tableArgs(
  table: LakeTable,
  { bucket, database }: { bucket: LakeBucket; database: aws.glue.CatalogDatabase },
): aws.glue.CatalogTableArgs {
  const location = pulumi.interpolate`s3://${bucket.name}/`;
  return {
    name: table.name,
    databaseName: database.name,
    description: table.description,
    tableType: "EXTERNAL_TABLE",
    parameters: location.apply((root) => ({
      EXTERNAL: "TRUE",
      classification: "parquet",
      ...projection(root, table),
    })),
    partitionKeys: PARTITIONS.map((name) => ({
      name,
      type: "string",
      comment: "when the file was written, UTC",
    })),
    storageDescriptor: {
      location,
      columns: [...table.columns],
      inputFormat: `${PARQUET}.MapredParquetInputFormat`,
      outputFormat: `${PARQUET}.MapredParquetOutputFormat`,
      serDeInfo: { serializationLibrary: `${PARQUET}.serde.ParquetHiveSerDe` },
    },
  };
}

/**
 * Permissions to run queries in the workgroup over the tables. They include neither rejected rows nor other buckets.
 */
function readerPermissions(to: {
  tables: readonly LakeTable[];
  bucket: LakeBucket;
  database: aws.glue.CatalogDatabase;
  workgroup: aws.athena.Workgroup;
  results: LakeBucket;
}): Permission[] {
  const { tables, bucket, database, workgroup, results } = to;
  // `?` matches one character. In a template, only dates replace the partition columns.
  const keys = tables.map(({ template }) =>
    PARTITIONS.reduce(
      (pattern, name) => pattern.replace(`\${${name}}`, name === "written_year" ? "????" : "??"),
      `${template}*`,
    ),
  );
  const { partition } = aws.getPartitionOutput();
  const { region } = aws.getRegionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  const arn = (service: string, what: pulumi.Input<string>): pulumi.Output<string> =>
    pulumi.interpolate`arn:${partition}:${service}:${region}:${accountId}:${what}`;
  const glue = (what: pulumi.Input<string>): pulumi.Output<string> => arn("glue", what);
  return [
    // Permissions to select the workgroup and the database in the console, which lists all names, but no content.
    // https://docs.aws.amazon.com/athena/latest/ug/example-policies-workgroup.html
    allow(["athena:ListWorkGroups", "athena:ListDataCatalogs", "athena:ListEngineVersions"], ["*"]),
    allow(
      [
        "athena:GetDataCatalog",
        "athena:ListDatabases",
        "athena:GetDatabase",
        "athena:ListTableMetadata",
        "athena:GetTableMetadata",
      ],
      [arn("athena", "datacatalog/AwsDataCatalog")],
    ),
    allow(["glue:GetDatabases"], [glue("catalog"), glue("database/*")]),
    // Athena requires access to the database `default` for any query:
    // https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
    allow(["glue:GetDatabase"], [glue("catalog"), glue("database/default")]),
    allow(
      [
        "athena:StartQueryExecution",
        "athena:StopQueryExecution",
        "athena:GetQueryExecution",
        "athena:GetQueryResults",
        "athena:ListQueryExecutions",
        "athena:GetWorkGroup",
        "athena:ListNamedQueries",
        "athena:GetNamedQuery",
        "athena:BatchGetNamedQuery",
        "athena:BatchGetQueryExecution",
        "athena:GetQueryResultsStream",
      ],
      [workgroup.arn],
    ),
    allow(
      ["glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:GetPartitions"],
      [
        glue("catalog"),
        glue(pulumi.interpolate`database/${database.name}`),
        glue(pulumi.interpolate`table/${database.name}/*`),
      ],
    ),
    { ...allow(["s3:ListBucket"], [bucket.arn]), Condition: { StringLike: { "s3:prefix": keys } } },
    readObjects({ bucket, keys }),
    ...(bucket.kmsKeyArn === "" ? [] : [{ ...useKey(bucket.kmsKeyArn), Action: ["kms:Decrypt"] }]),
    allow(["s3:ListBucket", "s3:GetBucketLocation"], [results.arn]),
    readObjects({ bucket: results, keys: ["*"] }),
    uploadObjects({ bucket: results, keys: ["*"] }),
  ];
}
