import type { ResourceRules } from "./common/rule";
import { ATHENA } from "./athena";
import { CLOUDFORMATION } from "./cloudformation";
import { CLOUDWATCH } from "./cloudwatch";
import { GLUE } from "./glue";
import { IAM } from "./iam";
import { LAMBDA } from "./lambda";
import { QUICKSIGHT } from "./quicksight";
import { S3 } from "./s3";
import { SCHEDULER } from "./scheduler";
import { SNS } from "./sns";
import { SQS } from "./sqs";

/**
 * What the AWS provider and the APIs accept of each type of resource that the program and bootstrap/ declare, by
 * Pulumi's type token. A file of the provider is one of hashicorp/terraform-provider-aws; an operation is one of the
 * service's API model.
 */
export const PROVIDER_RULES: ReadonlyMap<string, ResourceRules> = new Map(
  [ATHENA, CLOUDFORMATION, CLOUDWATCH, GLUE, IAM, LAMBDA, QUICKSIGHT, S3, SCHEDULER, SNS, SQS].flatMap(
    (rules) => Object.entries(rules),
  ),
);
