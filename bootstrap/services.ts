export interface Account {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}

/** A kind of resource of the program, and the permissions that Pulumi needs to deploy it. */
interface Service {
  /** Pulumi's type tokens of these resources */
  readonly types: readonly string[];
  /** the ARNs of the resources in a stack */
  readonly resources: (account: Account, stack: string) => string[];
  readonly read: readonly string[];
  readonly write: readonly string[];
}

export const regional = (service: string, { partition, region, accountId }: Account): string =>
  `arn:${partition}:${service}:${region}:${accountId}`;

/**
 * The permissions of a deployment, by service. Every physical name begins with `marble-<stack>-`, so a role reaches
 * only the resources of its stack.
 *
 * The write permissions for buckets do not touch the data; `KEEPING` has the rest. No deployment reads, writes or
 * deletes an object of the lake.
 */
export const SERVICES: readonly Service[] = [
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
    write: ["s3:PutBucketNotification", "s3:PutBucketTagging", "s3:TagResource", "s3:UntagResource"],
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
    read: ["cloudwatch:ListTagsForResource"],
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
    types: ["aws:glue/catalogDatabase:CatalogDatabase", "aws:glue/catalogTable:CatalogTable"],
    resources: (account, stack) => {
      // A database's name has no hyphen: see infra/lake/lake-catalogue.ts.
      const database = `marble_${stack.replaceAll("-", "_")}_lake`;
      const glue = regional("glue", account);
      // AWS requires permissions for the functions of a database to delete it, even if it has none.
      const parts = [`database/${database}`, `table/${database}/*`, `userDefinedFunction/${database}/*`];
      return ["catalog", ...parts].map((part) => `${glue}:${part}`);
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
  {
    types: ["aws:quicksight/dataSource:DataSource", "aws:quicksight/dataSet:DataSet"],
    resources: (account, stack) =>
      ["datasource", "dataset", "analysis", "dashboard"].map(
        (kind) => `${regional("quicksight", account)}:${kind}/marble-${stack}-*`,
      ),
    read: ["quicksight:Describe*", "quicksight:ListTagsForResource"],
    write: [
      "quicksight:UpdateDataSource",
      "quicksight:DeleteDataSource",
      "quicksight:UpdateDataSourcePermissions",
      "quicksight:PassDataSource",
      "quicksight:CreateDataSet",
      "quicksight:UpdateDataSet",
      "quicksight:DeleteDataSet",
      "quicksight:UpdateDataSetPermissions",
      "quicksight:PassDataSet",
      "quicksight:CreateAnalysis",
      "quicksight:UpdateAnalysis",
      "quicksight:DeleteAnalysis",
      "quicksight:RestoreAnalysis",
      "quicksight:UpdateAnalysisPermissions",
      "quicksight:CreateDashboard",
      "quicksight:UpdateDashboard",
      "quicksight:UpdateDashboardPublishedVersion",
      "quicksight:DeleteDashboard",
      "quicksight:UpdateDashboardPermissions",
      "quicksight:TagResource",
      "quicksight:UntagResource",
    ],
  },
  {
    // The analysis and the dashboard, which CloudFormation creates with the permissions of the deployment.
    types: ["aws:cloudformation/stack:Stack"],
    resources: (account, stack) => [`${regional("cloudformation", account)}:stack/marble-${stack}-*/*`],
    read: [
      "cloudformation:DescribeStacks",
      "cloudformation:DescribeStackEvents",
      "cloudformation:DescribeStackResources",
      "cloudformation:GetTemplate",
    ],
    write: [
      "cloudformation:CreateStack",
      "cloudformation:UpdateStack",
      "cloudformation:DeleteStack",
      "cloudformation:TagResource",
      "cloudformation:UntagResource",
    ],
  },
];
