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
 * The inputs that the AWS provider and the APIs accept for each type of resource in the program and bootstrap/, by
 * Pulumi's type token. Files of the provider are files of hashicorp/terraform-provider-aws. Operations belong to the
 * service's API model.
 */
export const PROVIDER_RULES: ReadonlyMap<string, ResourceRules> = new Map(
  [ATHENA, CLOUDFORMATION, CLOUDWATCH, GLUE, IAM, LAMBDA, QUICKSIGHT, S3, SCHEDULER, SNS, SQS].flatMap(
    (rules) => Object.entries(rules),
  ),
);
