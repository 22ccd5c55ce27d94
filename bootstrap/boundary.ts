import type * as aws from "@pulumi/aws";
import { regional, type Account } from "./services";

type Statement = aws.iam.PolicyStatement;

interface BoundaryArgs {
  readonly account: Account;
  readonly stack: string;
  /** Patterns of the names of the stack's secrets; a star matches any text. */
  readonly secrets: readonly string[];
}

/**
 * The most that a role of a stack can ever do, whatever its policies say. A role may use what belongs to the stack, the
 * stack's secrets, and the account's keys that encrypt both. So a person who may deploy cannot give a Lambda more than
 * that, or get more through a Lambda. The policy of each role is far narrower.
 */
export function boundaryStatements({ account, stack, secrets }: BoundaryArgs): Statement[] {
  const { partition, region, accountId } = account;
  const own = (service: string, resource: string): string =>
    `arn:${partition}:${service}:${region}:${accountId}:${resource}marble-${stack}-*`;
  return [
    allow(["s3:ListBucket", "s3:GetBucketLocation"], [`arn:${partition}:s3:::marble-${stack}-*`]),
    allow(
      [
        "s3:GetObject",
        "s3:PutObject",
        "s3:AbortMultipartUpload",
        "s3:GetObjectTagging",
        "s3:PutObjectTagging",
      ],
      [`arn:${partition}:s3:::marble-${stack}-*/*`],
    ),
    allow(
      ["secretsmanager:GetSecretValue"],
      // Secrets Manager ends a secret's ARN in a hyphen and six random characters.
      secrets.map((name) => `${regional("secretsmanager", account)}:secret:${name}-??????`),
    ),
    {
      ...allow(["kms:Decrypt", "kms:GenerateDataKey"], [`${regional("kms", account)}:key/*`]),
      // A role may use a key only through a bucket or a secret of the stack.
      Condition: {
        StringEquals: {
          "kms:ViaService": ["s3", "secretsmanager"].map((service) => `${service}.${region}.amazonaws.com`),
        },
      },
    },
    allow(["logs:CreateLogStream", "logs:PutLogEvents"], [`${own("logs", "log-group:")}:log-stream:*`]),
    allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], [own("sqs", "")]),
    allow(["sns:Publish"], [own("sns", "")]),
    allow(["lambda:InvokeFunction"], [own("lambda", "function:")]),
    ...athenaStatements(account, stack),
    // AWS does not limit these actions to a resource.
    allow(
      [
        "athena:ListWorkGroups",
        "athena:ListDataCatalogs",
        "athena:ListEngineVersions",
        "ec2:CreateNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:DeleteNetworkInterface",
        "ec2:AssignPrivateIpAddresses",
        "ec2:UnassignPrivateIpAddresses",
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
      ],
      ["*"],
    ),
  ];
}

/** The permissions of the role that queries the lake: see infra/lake/lake-catalogue.ts. */
function athenaStatements(account: Account, stack: string): Statement[] {
  const database = `marble_${stack.replaceAll("-", "_")}_lake`;
  const glue = (...parts: string[]): string[] => parts.map((part) => `${regional("glue", account)}:${part}`);
  const athena = regional("athena", account);
  return [
    allow(
      [
        "athena:GetDataCatalog",
        "athena:ListDatabases",
        "athena:GetDatabase",
        "athena:ListTableMetadata",
        "athena:GetTableMetadata",
      ],
      [`${athena}:datacatalog/AwsDataCatalog`],
    ),
    allow(
      [
        "athena:StartQueryExecution",
        "athena:StopQueryExecution",
        "athena:GetQueryExecution",
        "athena:GetQueryResults",
        "athena:GetQueryResultsStream",
        "athena:BatchGetQueryExecution",
        "athena:ListQueryExecutions",
        "athena:GetWorkGroup",
        "athena:ListNamedQueries",
        "athena:GetNamedQuery",
        "athena:BatchGetNamedQuery",
      ],
      [`${athena}:workgroup/marble-${stack}-*`],
    ),
    // The console lists the names of all databases.
    allow(["glue:GetDatabases"], glue("catalog", "database/*")),
    allow(["glue:GetDatabase"], glue("catalog", "database/default")),
    allow(
      ["glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:GetPartitions"],
      glue("catalog", `database/${database}`, `table/${database}/*`),
    ),
  ];
}

const allow = (actions: readonly string[], resources: readonly string[]): Statement => ({
  Effect: "Allow",
  Action: [...actions],
  Resource: [...resources],
});
