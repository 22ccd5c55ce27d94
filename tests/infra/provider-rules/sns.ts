import { oneOf, text, type ServiceRules } from "./common/rule";
import { policyDocument } from "./common/policy-document";
import { arn, tags } from "./common/shared";

export const SNS: ServiceRules = {
  "aws:sns/topic:Topic": {
    sources: ["internal/service/sns/topic.go", "sns:CreateTopic"],
    physicalName: { input: "name", rule: text(1, 256, { pattern: /[0-9A-Za-z_-]+/ }) },
    inputs: { tags },
  },
  "aws:sns/topicPolicy:TopicPolicy": {
    sources: ["internal/service/sns/topic_policy.go", "Amazon SNS quotas: a policy of at most 30 KB"],
    inputs: { arn: arn("sns"), policy: policyDocument({ mostBytes: 30_720, mostStatements: 20 }) },
    required: ["arn", "policy"],
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    sources: ["internal/service/sns/topic_subscription.go", "sns:Subscribe"],
    inputs: {
      endpoint: text(1, 2048),
      protocol: oneOf(
        ...["application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs"],
      ),
      topic: arn("sns"),
    },
    required: ["endpoint", "protocol", "topic"],
    together: ({ protocol, endpoint }) =>
      protocol === "email" && !/^[^\s@]+@[^\s@]+$/.test(String(endpoint))
        ? ["the endpoint of an e-mail subscription is not an address"]
        : [],
  },
};
