import type * as aws from "@pulumi/aws";
import { regional, SERVICES, type Account } from "./services";

type Statement = aws.iam.PolicyStatement;

interface State {
  readonly bucketArn: string;
  readonly keyArn: string;
}

/** Resources of actions that AWS does not limit to a resource. The statements name the actions. */
const UNNAMED_TYPES = ["aws:cloudwatch/queryDefinition:QueryDefinition"];

/**
 * Settings of a bucket that protect its data: who may do what with its objects, and when they expire. A person with
 * these permissions can have all data deleted. So a deployment has them only for buckets without data, which a setting
 * can remove and restore: the reports, which expire, and the answers of Athena. For the lake, an administrator makes
 * the first deployment of a stack.
 */
const KEEPING = [
  "s3:CreateBucket",
  "s3:PutBucketObjectLockConfiguration",
  "s3:PutBucketOwnershipControls",
  "s3:PutBucketPolicy",
  "s3:DeleteBucketPolicy",
  "s3:PutBucketPublicAccessBlock",
  "s3:PutBucketVersioning",
  "s3:PutEncryptionConfiguration",
  "s3:PutLifecycleConfiguration",
];

/** Reads that AWS does not limit to a resource. */
const READ_ANYWHERE = [
  // Lambda reads the VPC of a function with the permissions of the deployment.
  "ec2:DescribeSecurityGroups",
  "ec2:DescribeSubnets",
  "ec2:DescribeVpcs",
  "logs:DescribeLogGroups",
  "logs:DescribeQueryDefinitions",
  "sns:GetSubscriptionAttributes",
];

/** Writes that AWS does not limit to a resource: subscriptions, saved queries, new data sources. */
const WRITE_ANYWHERE = [
  "logs:PutQueryDefinition",
  "logs:DeleteQueryDefinition",
  "quicksight:CreateDataSource",
  "sns:SetSubscriptionAttributes",
  "sns:Unsubscribe",
];

/**
 * A mapping from a queue to a function has a random name, and its creation is not an action on a resource. The function
 * and the program's tags limit it to the stack.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
 */
const MAPPING_TYPES = ["aws:lambda/eventSourceMapping:EventSourceMapping"];
const MAPPING_WRITES = [
  "lambda:CreateEventSourceMapping",
  "lambda:UpdateEventSourceMapping",
  "lambda:DeleteEventSourceMapping",
];

/** Permissions for the mappings of the stacks' functions. */
const mappings = (actions: readonly string[], account: Account, stacks: readonly string[]): Statement => ({
  ...allow(actions, ["*"]),
  Condition: {
    ArnLike: {
      "lambda:FunctionArn": stacks.map(
        (stack) => `${regional("lambda", account)}:function:marble-${stack}-*`,
      ),
    },
  },
});

const mappingArns = (account: Account): string[] => [`${regional("lambda", account)}:event-source-mapping:*`];

/** The types of resources that a role can deploy. A test compares them with those of the program. */
export const DEPLOYABLE_TYPES: readonly string[] = [
  ...SERVICES.flatMap(({ types }) => types),
  ...UNNAMED_TYPES,
  ...MAPPING_TYPES,
];

interface StackPermissionsArgs {
  readonly account: Account;
  readonly state: State;
  readonly stack: string;
  /** The ARN of the boundary that every role of the stack has. */
  readonly boundary: string;
}

type OfStack = Pick<StackPermissionsArgs, "account" | "stack">;

/** The bucket of query results: see infra/lake/lake-catalogue.ts. */
const resultsArn = ({ account, stack }: OfStack): string =>
  `arn:${account.partition}:s3:::marble-${stack}-lake-results-*`;

/** The bucket of the reports: see infra/stages/report.ts. */
const reportsArn = ({ account, stack }: OfStack): string =>
  `arn:${account.partition}:s3:::marble-${stack}-reports-*`;

/** AWS searches all alarms, so it asks for permission to see all of them. */
const describeAlarms = (account: Account): Statement =>
  allow(["cloudwatch:DescribeAlarms"], [`${regional("cloudwatch", account)}:alarm:*`]);

/** The permissions of a deployment of one stack. */
export function deployStatements({ account, state, stack, boundary }: StackPermissionsArgs): Statement[] {
  return [
    ...SERVICES.map(({ resources, read, write }) => allow([...read, ...write], resources(account, stack))),
    describeAlarms(account),
    allow(KEEPING, [resultsArn({ account, stack }), reportsArn({ account, stack })]),
    // If Athena is switched off, the bucket of its results is deleted, and must be empty first. No other bucket is ever
    // deleted.
    allow(["s3:DeleteBucket", "s3:ListBucketVersions"], [resultsArn({ account, stack })]),
    allow(["s3:DeleteObject", "s3:DeleteObjectVersion"], [`${resultsArn({ account, stack })}/*`]),
    allow([...READ_ANYWHERE, ...WRITE_ANYWHERE], ["*"]),
    mappings(["lambda:GetEventSourceMapping", ...MAPPING_WRITES], account, [stack]),
    allow(["lambda:ListTags"], mappingArns(account)),
    {
      ...allow(["lambda:TagResource"], mappingArns(account)),
      Condition: { StringEquals: { "aws:RequestTag/project": "marble", "aws:RequestTag/stack": stack } },
    },
    {
      // Otherwise it could write itself a role without limits.
      ...allow(
        ["iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"],
        [`arn:${account.partition}:iam::${account.accountId}:role/marble-${stack}-*`],
      ),
      Condition: { StringEquals: { "iam:PermissionsBoundary": boundary } },
    },
    {
      // The roles of the program can be passed only to the two services that use them.
      ...allow(
        ["iam:PassRole"],
        [`arn:${account.partition}:iam::${account.accountId}:role/marble-${stack}-*`],
      ),
      Condition: {
        StringEquals: { "iam:PassedToService": ["lambda.amazonaws.com", "scheduler.amazonaws.com"] },
      },
    },
    // QuickSight accepts a secret only from a role that may read it. A deployment reads no other secret.
    allow(
      ["secretsmanager:GetSecretValue"],
      [`${regional("secretsmanager", account)}:secret:marble-${stack}-quicksight-*`],
    ),
    allow(["s3:ListBucket"], [state.bucketArn]),
    allow(["s3:GetObject"], [`${state.bucketArn}/.pulumi/meta.yaml`]),
    // The state with its backups and history, and its locks, which are deleted.
    allow(
      ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
      [`${state.bucketArn}/.pulumi/*/marble/${stack}.*`, `${state.bucketArn}/.pulumi/*/marble/${stack}/*`],
    ),
    allow(["kms:Encrypt", "kms:Decrypt"], [state.keyArn]),
  ];
}

interface ReadStatementsArgs {
  readonly account: Account;
  readonly state: State;
  readonly stacks: readonly string[];
}

/**
 * The permissions of a preview of the stacks, and of the search for drift. They include neither data, secrets nor logs.
 */
export function readStatements({ account, state, stacks }: ReadStatementsArgs): Statement[] {
  return [
    ...SERVICES.map(({ resources, read }) =>
      allow(
        read,
        stacks.flatMap((stack) => resources(account, stack)),
      ),
    ),
    describeAlarms(account),
    allow(READ_ANYWHERE, ["*"]),
    mappings(["lambda:GetEventSourceMapping"], account, stacks),
    allow(["lambda:ListTags"], mappingArns(account)),
    allow(["s3:ListBucket"], [state.bucketArn]),
    allow(["s3:GetObject"], [`${state.bucketArn}/.pulumi/*`]),
    allow(["kms:Decrypt"], [state.keyArn]),
  ];
}

function allow(actions: readonly string[], resources: readonly string[]): Statement {
  return { Effect: "Allow", Action: [...actions], Resource: [...resources] };
}
