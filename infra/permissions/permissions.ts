import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nameOf } from "../naming";

/** A permission of a role, limited to the named resources. */
export type Permission = aws.iam.PolicyStatement;

interface HasArn {
  readonly arn: pulumi.Input<string>;
}

/** Objects of a bucket, by patterns of keys. `*` matches any text and `?` any one character: `commits/*`. */
interface ObjectKeys {
  readonly bucket: HasArn;
  readonly keys: readonly string[];
}

export const allow = (
  actions: readonly string[],
  resources: readonly pulumi.Input<string>[],
): Permission => ({
  Effect: "Allow",
  Action: [...actions],
  Resource: [...resources],
});

/** Lists a bucket's keys. With this permission, a missing object is "not found" and not "forbidden". */
export const listObjects = (bucket: HasArn): Permission => allow(["s3:ListBucket"], [bucket.arn]);

export const readObjects = (of: ObjectKeys): Permission => allow(["s3:GetObject"], objectArns(of));

/** The keys of data files: `YYYY/MM/DD/<table>/<time>.<extension>`. */
export const dataFiles = (extension: "csv" | "parquet"): string => `????/??/??/*.${extension}`;

/** Creates objects. Put-if-absent needs no more. */
export const createObjects = (of: ObjectKeys): Permission => allow(["s3:PutObject"], objectArns(of));

/** Creates objects of any size, in parts, and aborts uploads. */
export const uploadObjects = (of: ObjectKeys): Permission =>
  allow(["s3:PutObject", "s3:AbortMultipartUpload"], objectArns(of));

export const tagObjects = (of: ObjectKeys): Permission => allow(["s3:PutObjectTagging"], objectArns(of));

export const readTags = (of: ObjectKeys): Permission => allow(["s3:GetObjectTagging"], objectArns(of));

/** Reads the secret with a name. Secrets Manager ends a secret's ARN in a hyphen and six random characters. */
export function readSecret(name: string): Permission {
  const { partition } = aws.getPartitionOutput();
  const { region } = aws.getRegionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  const arn = pulumi.interpolate`arn:${partition}:secretsmanager:${region}:${accountId}:secret:${name}-??????`;
  return allow(["secretsmanager:GetSecretValue"], [arn]);
}

/** Receives messages from a queue, as Lambda requires for a function with a queue. */
export const takeMessages = (queue: HasArn): Permission =>
  allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], [queue.arn]);

export const publishMessages = (topic: HasArn): Permission => allow(["sns:Publish"], [topic.arn]);

export const invokeFunction = (target: HasArn): Permission => allow(["lambda:InvokeFunction"], [target.arn]);

export const writeLogs = (logGroup: HasArn): Permission =>
  allow(["logs:CreateLogStream", "logs:PutLogEvents"], [pulumi.interpolate`${logGroup.arn}:log-stream:*`]);

/** Allows use of a KMS key, but only through S3 and Secrets Manager. */
export function useKey(arn: pulumi.Input<string>): Permission {
  const { region } = aws.getRegionOutput();
  const services = ["s3", "secretsmanager"].map(
    (service) => pulumi.interpolate`${service}.${region}.amazonaws.com`,
  );
  return {
    ...allow(["kms:Decrypt", "kms:GenerateDataKey"], [arn]),
    Condition: { StringEquals: { "kms:ViaService": services } },
  };
}

/** Lambda's permissions for a VPC, which AWS does not limit to a resource. */
const INTERFACES = [
  "ec2:CreateNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:DeleteNetworkInterface",
  "ec2:AssignPrivateIpAddresses",
  "ec2:UnassignPrivateIpAddresses",
];

/**
 * Lets the Lambda service place a function in a VPC. The code of the function does not get this permission.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-best-practice
 * @param functionName as Pulumi knows it; physical names end in random digits
 */
export function standInVpc(functionName: string): Permission[] {
  const { partition } = aws.getPartitionOutput();
  const { region } = aws.getRegionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  const functions = pulumi.interpolate`arn:${partition}:lambda:${region}:${accountId}:function:${functionName}-*`;
  const interfaces = allow(INTERFACES, ["*"]);
  return [
    interfaces,
    { ...interfaces, Effect: "Deny", Condition: { ArnLike: { "lambda:SourceFunctionArn": functions } } },
  ];
}

/** Sends traces to X-Ray, which has no resources to name. */
export const sendTraces = (): Permission =>
  allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"]);

function objectArns({ bucket, keys }: ObjectKeys): pulumi.Output<string>[] {
  return keys.map((key) => pulumi.interpolate`${bucket.arn}/${key}`);
}

/**
 * The ARN pattern of the role of a part of the stack, even if the stack does not declare the part at present. Pulumi
 * ends its name in seven characters. A policy with this pattern stays the same if a setting removes the part.
 */
export function roleArnOf(part: string): pulumi.Output<string> {
  const { partition } = aws.getPartitionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  return pulumi.interpolate`arn:${partition}:iam::${accountId}:role/${nameOf(part)}-???????`;
}

/** The account as a principal: its users and roles whose policies allow the action. */
export function thisAccount(): aws.iam.AWSPrincipal {
  const { partition } = aws.getPartitionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  return { AWS: pulumi.interpolate`arn:${partition}:iam::${accountId}:root` };
}

/** The trust of a role, in addition to its permissions. */
interface RoleArgs {
  /** who may assume the role: `{ Service: "lambda.amazonaws.com" }` */
  readonly principal: aws.iam.ServicePrincipal | aws.iam.AWSPrincipal;
  readonly description?: string;
  /** the condition of the trust policy */
  readonly condition?: NonNullable<Permission["Condition"]>;
  readonly permissions: readonly Permission[];
}

/** A role with one inline policy. Users of the role depend on the policy, so that they do not start without it. */
interface GrantedRole {
  readonly role: aws.iam.Role;
  readonly policy: aws.iam.RolePolicy;
}

/** Declares a role for one principal, with exactly the given permissions. */
export function grantRole(name: string, args: RoleArgs, opts: pulumi.CustomResourceOptions): GrantedRole {
  const { principal, description, condition, permissions } = args;
  const role = new aws.iam.Role(
    name,
    {
      ...(description === undefined ? {} : { description }),
      assumeRolePolicy: {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: principal,
            Action: "sts:AssumeRole",
            ...(condition === undefined ? {} : { Condition: condition }),
          },
        ],
      },
    },
    opts,
  );
  const policy = new aws.iam.RolePolicy(
    name,
    { role: role.name, policy: { Version: "2012-10-17", Statement: [...permissions] } },
    opts,
  );
  return { role, policy };
}
