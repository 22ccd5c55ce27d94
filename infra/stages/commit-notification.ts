import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { COMMITS_PREFIX } from "../../domain/log/keys";
import type { LakeBucket } from "../lake/lake-bucket";
import { nameOf } from "../naming";
import type { Stage } from "./stage";

interface CommitNotificationArgs {
  readonly bucket: LakeBucket;
  readonly stage: Stage;
}

/**
 * Invokes a stage when a commit is written to a bucket. Data files do not invoke it.
 *
 * The notification is a separate resource, because `bucket.onObjectCreated` would create it when the process ends. S3
 * keeps one configuration for each bucket, so a bucket can have one of these.
 */
export class CommitNotification extends pulumi.ComponentResource {
  constructor(
    name: string,
    { bucket, stage }: CommitNotificationArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("marble:infra:CommitNotification", name, {}, opts);
    const fullName = nameOf(name);
    const child = { parent: this };

    const permission = new aws.lambda.Permission(
      fullName,
      {
        function: stage.function.name,
        action: "lambda:InvokeFunction",
        principal: "s3.amazonaws.com",
        sourceArn: bucket.arn,
        // Another account can take the name of a deleted bucket.
        sourceAccount: aws.getCallerIdentityOutput().accountId,
      },
      child,
    );
    new aws.s3.BucketNotification(
      fullName,
      {
        bucket: bucket.name,
        lambdaFunctions: [
          {
            lambdaFunctionArn: stage.function.arn,
            events: ["s3:ObjectCreated:*"],
            filterPrefix: COMMITS_PREFIX,
            filterSuffix: ".json",
          },
        ],
      },
      { ...child, dependsOn: permission },
    );
    this.registerOutputs();
  }
}
