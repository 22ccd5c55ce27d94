import { documentOf, flag, object, text, whole, type ServiceRules } from "./common/rule";
import { policyDocument } from "./common/policy-document";
import { arn, tags } from "./common/shared";

export const SQS: ServiceRules = {
  "aws:sqs/queue:Queue": {
    sources: [
      "internal/service/sqs/queue.go (queueSchema, resourceQueueCustomizeDiff)",
      "sqs:CreateQueue, sqs:SetQueueAttributes",
    ],
    physicalName: { input: "name", rule: text(1, 80, { pattern: /[0-9A-Za-z_-]+/ }) },
    inputs: {
      messageRetentionSeconds: whole(60, 1_209_600),
      redrivePolicy: documentOf(
        object({ deadLetterTargetArn: arn("sqs"), maxReceiveCount: whole(1, 1000) }, "deadLetterTargetArn"),
        10_240,
      ),
      sqsManagedSseEnabled: flag,
      tags,
      visibilityTimeoutSeconds: whole(0, 43_200),
    },
  },
  "aws:sqs/queuePolicy:QueuePolicy": {
    sources: ["internal/service/sqs/queue_policy.go", "Amazon SQS policy quotas"],
    inputs: {
      policy: policyDocument({ mostBytes: 8192, mostStatements: 20 }),
      queueUrl: text(1, 2048),
    },
    required: ["policy", "queueUrl"],
  },
};
