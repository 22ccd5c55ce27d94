import type * as aws from "@pulumi/aws";

type Statement = aws.iam.PolicyStatement;

export interface Account {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}

export interface State {
  readonly bucketArn: string;
  readonly keyArn: string;
}

/** A kind of resource of the program, and what Pulumi needs to deploy it. */
interface Service {
  /** the type tokens that these permissions are for */
  readonly types: readonly string[];
  /** the ARNs of what belongs to a stack */
  readonly resources: (account: Account, stack: string) => string[];
  readonly read: readonly string[];
  readonly write: readonly string[];
}

const regional = (service: string, { partition, region, accountId }: Account): string =>
  `arn:${partition}:${service}:${region}:${accountId}`;

/**
 * What a deployment touches, by service. Every physical name begins with `marble-<stack>-`, so a role reaches
 * what belongs to its stack, and no other stack.
 *
 * No one may delete a bucket, or read, write or delete an object of the lake: a deployment has no business there.
 */
const SERVICES: readonly Service[] = [
  {
    types: [
      "aws:s3/bucket:Bucket",
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      "aws:s3/bucketNotification:BucketNotification",
      "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
      "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
      "aws:s3/bucketPolicy:BucketPolicy",
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      "aws:s3/bucketVersioning:BucketVersioning",
    ],
    resources: ({ partition }, stack) => [`arn:${partition}:s3:::marble-${stack}-*`],
    read: ["s3:ListBucket", "s3:ListTagsForResource", "s3:GetBucket*", "s3:Get*Configuration"],
    write: [
      "s3:CreateBucket",
      "s3:PutBucketNotification",
      "s3:PutBucketObjectLockConfiguration",
      "s3:PutBucketOwnershipControls",
      "s3:PutBucketPolicy",
      "s3:DeleteBucketPolicy",
      "s3:PutBucketPublicAccessBlock",
      "s3:PutBucketTagging",
      "s3:PutBucketVersioning",
      "s3:PutEncryptionConfiguration",
      "s3:PutLifecycleConfiguration",
      "s3:TagResource",
      "s3:UntagResource",
    ],
  },
  {
    types: [
      "aws:lambda/function:Function",
      "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
      "aws:lambda/permission:Permission",
    ],
    resources: (account, stack) => [`${regional("lambda", account)}:function:marble-${stack}-*`],
    read: ["lambda:Get*", "lambda:List*"],
    write: [
      "lambda:CreateFunction",
      "lambda:DeleteFunction",
      "lambda:UpdateFunctionCode",
      "lambda:UpdateFunctionConfiguration",
      "lambda:PutFunctionEventInvokeConfig",
      "lambda:UpdateFunctionEventInvokeConfig",
      "lambda:DeleteFunctionEventInvokeConfig",
      "lambda:AddPermission",
      "lambda:RemovePermission",
      "lambda:TagResource",
      "lambda:UntagResource",
    ],
  },
  {
    types: ["aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"],
    resources: ({ partition, accountId }, stack) => [
      `arn:${partition}:iam::${accountId}:role/marble-${stack}-*`,
    ],
    read: [
      "iam:GetRole",
      "iam:GetRolePolicy",
      "iam:ListRolePolicies",
      "iam:ListAttachedRolePolicies",
      "iam:ListRoleTags",
    ],
    write: [
      "iam:DeleteRole",
      "iam:UpdateRole",
      "iam:UpdateAssumeRolePolicy",
      "iam:DeleteRolePolicy",
      "iam:ListInstanceProfilesForRole",
      "iam:TagRole",
      "iam:UntagRole",
    ],
  },
  {
    types: ["aws:sqs/queue:Queue", "aws:sqs/queuePolicy:QueuePolicy"],
    resources: (account, stack) => [`${regional("sqs", account)}:marble-${stack}-*`],
    read: ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"],
    write: ["sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue"],
  },
  {
    types: [
      "aws:sns/topic:Topic",
      "aws:sns/topicPolicy:TopicPolicy",
      "aws:sns/topicSubscription:TopicSubscription",
    ],
    resources: (account, stack) => [`${regional("sns", account)}:marble-${stack}-*`],
    read: ["sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:ListTagsForResource"],
    write: [
      "sns:CreateTopic",
      "sns:DeleteTopic",
      "sns:SetTopicAttributes",
      "sns:Subscribe",
      "sns:TagResource",
      "sns:UntagResource",
    ],
  },
  {
    types: ["aws:scheduler/schedule:Schedule"],
    resources: (account, stack) => [`${regional("scheduler", account)}:schedule/default/marble-${stack}-*`],
    read: ["scheduler:GetSchedule"],
    write: ["scheduler:CreateSchedule", "scheduler:UpdateSchedule", "scheduler:DeleteSchedule"],
  },
  {
    types: ["aws:cloudwatch/logGroup:LogGroup"],
    resources: (account, stack) => [`${regional("logs", account)}:log-group:marble-${stack}-*`],
    read: ["logs:ListTagsForResource"],
    write: [
      "logs:CreateLogGroup",
      "logs:DeleteLogGroup",
      "logs:PutRetentionPolicy",
      "logs:DeleteRetentionPolicy",
      "logs:TagResource",
      "logs:UntagResource",
    ],
  },
  {
    types: ["aws:cloudwatch/metricAlarm:MetricAlarm"],
    resources: (account, stack) => [`${regional("cloudwatch", account)}:alarm:marble-${stack}-*`],
    read: ["cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"],
    write: [
      "cloudwatch:PutMetricAlarm",
      "cloudwatch:DeleteAlarms",
      "cloudwatch:TagResource",
      "cloudwatch:UntagResource",
    ],
  },
  {
    types: ["aws:cloudwatch/dashboard:Dashboard"],
    resources: ({ partition, accountId }, stack) => [
      `arn:${partition}:cloudwatch::${accountId}:dashboard/marble-${stack}-*`,
    ],
    read: ["cloudwatch:GetDashboard"],
    write: ["cloudwatch:PutDashboard", "cloudwatch:DeleteDashboards"],
  },
  {
    types: ["aws:iam/policy:Policy"],
    resources: ({ partition, accountId }, stack) => [
      `arn:${partition}:iam::${accountId}:policy/marble-${stack}-*`,
    ],
    read: ["iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListPolicyVersions"],
    write: [
      "iam:CreatePolicy",
      "iam:DeletePolicy",
      "iam:CreatePolicyVersion",
      "iam:DeletePolicyVersion",
      "iam:TagPolicy",
      "iam:UntagPolicy",
    ],
  },
  {
    types: ["aws:glue/catalogDatabase:CatalogDatabase", "aws:glue/catalogTable:CatalogTable"],
    resources: (account, stack) => {
      // A database's name has no hyphen: see infra/lake-catalogue.ts.
      const database = `marble_${stack.replaceAll("-", "_")}_lake`;
      const glue = regional("glue", account);
      return [`${glue}:catalog`, `${glue}:database/${database}`, `${glue}:table/${database}/*`];
    },
    read: ["glue:GetDatabase", "glue:GetTable", "glue:GetTags", "glue:GetPartitionIndexes"],
    write: [
      "glue:CreateDatabase",
      "glue:UpdateDatabase",
      "glue:DeleteDatabase",
      "glue:CreateTable",
      "glue:UpdateTable",
      "glue:DeleteTable",
      "glue:TagResource",
      "glue:UntagResource",
    ],
  },
  {
    types: ["aws:athena/workgroup:Workgroup", "aws:athena/namedQuery:NamedQuery"],
    resources: (account, stack) => [`${regional("athena", account)}:workgroup/marble-${stack}-*`],
    read: ["athena:GetWorkGroup", "athena:GetNamedQuery", "athena:ListTagsForResource"],
    write: [
      "athena:CreateWorkGroup",
      "athena:UpdateWorkGroup",
      "athena:DeleteWorkGroup",
      "athena:CreateNamedQuery",
      "athena:DeleteNamedQuery",
      "athena:TagResource",
      "athena:UntagResource",
    ],
  },
];

/** Resources that AWS does not let a policy name: what may be done to them stands below. */
const UNNAMED_TYPES = ["aws:cloudwatch/queryDefinition:QueryDefinition"];

/** Reads that AWS does not limit to a resource. */
const READ_ANYWHERE = [
  // Lambda looks at the VPC of a function with the rights of whoever deploys it.
  "ec2:DescribeSecurityGroups",
  "ec2:DescribeSubnets",
  "ec2:DescribeVpcs",
  "logs:DescribeLogGroups",
  "logs:DescribeQueryDefinitions",
  "sns:GetSubscriptionAttributes",
];

/** Writes that AWS does not limit to a resource: of a subscription, and of a saved query. */
const WRITE_ANYWHERE = [
  "logs:PutQueryDefinition",
  "logs:DeleteQueryDefinition",
  "sns:SetSubscriptionAttributes",
  "sns:Unsubscribe",
];

/**
 * A mapping of a queue to a function has a random name, and making one is no action on a resource: what keeps to
 * the stack is the function, and the tags that the program gives.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
 */
const MAPPING_TYPES = ["aws:lambda/eventSourceMapping:EventSourceMapping"];
const MAPPING_WRITES = [
  "lambda:CreateEventSourceMapping",
  "lambda:UpdateEventSourceMapping",
  "lambda:DeleteEventSourceMapping",
];

/** To do something with the mappings of the stacks' functions. */
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

export interface StackPermissionsArgs {
  readonly account: Account;
  readonly state: State;
  readonly stack: string;
  /** The ARN of the boundary that every role of the stack has. */
  readonly boundary: string;
}

/** What a deployment of one stack may do. */
export function deployStatements({ account, state, stack, boundary }: StackPermissionsArgs): Statement[] {
  return [
    ...SERVICES.map(({ resources, read, write }) => allow([...read, ...write], resources(account, stack))),
    allow([...READ_ANYWHERE, ...WRITE_ANYWHERE], ["*"]),
    mappings(["lambda:GetEventSourceMapping", ...MAPPING_WRITES], account, [stack]),
    allow(["lambda:ListTags"], mappingArns(account)),
    {
      ...allow(["lambda:TagResource"], mappingArns(account)),
      Condition: { StringEquals: { "aws:RequestTag/project": "marble", "aws:RequestTag/stack": stack } },
    },
    {
      // Or it could write itself a role that may do anything.
      ...allow(
        ["iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"],
        [`arn:${account.partition}:iam::${account.accountId}:role/marble-${stack}-*`],
      ),
      Condition: { StringEquals: { "iam:PermissionsBoundary": boundary } },
    },
    {
      // The roles of the program can be given to the two services that use them, and to nothing else.
      ...allow(
        ["iam:PassRole"],
        [`arn:${account.partition}:iam::${account.accountId}:role/marble-${stack}-*`],
      ),
      Condition: {
        StringEquals: { "iam:PassedToService": ["lambda.amazonaws.com", "scheduler.amazonaws.com"] },
      },
    },
    allow(["s3:ListBucket"], [state.bucketArn]),
    allow(["s3:GetObject"], [`${state.bucketArn}/.pulumi/meta.yaml`]),
    // The state, its backups and history, and its locks, which are deleted.
    allow(
      ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
      [`${state.bucketArn}/.pulumi/*/marble/${stack}.*`, `${state.bucketArn}/.pulumi/*/marble/${stack}/*`],
    ),
    allow(["kms:Encrypt", "kms:Decrypt"], [state.keyArn]),
  ];
}

export interface ReadStatementsArgs {
  readonly account: Account;
  readonly state: State;
  readonly stacks: readonly string[];
}

/** What a preview of the stacks, and the search for drift, may do: neither data, secrets nor logs are read. */
export function readStatements({ account, state, stacks }: ReadStatementsArgs): Statement[] {
  return [
    ...SERVICES.map(({ resources, read }) =>
      allow(
        read,
        stacks.flatMap((stack) => resources(account, stack)),
      ),
    ),
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
