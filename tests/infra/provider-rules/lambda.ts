import { archive, listOf, mapOf, object, oneOf, text, whole, type ServiceRules } from "./common/rule";
import { accountId, arn, logGroupName, tags } from "./common/shared";

/** Source: validFunctionName in internal/service/lambda/validate.go: a name, or an ARN with a name of that length. */
const functionName = text(1, 140, {
  pattern: /(arn:[\w-]+:lambda:[a-z]{2}-(?:[a-z]+-){1,2}\d:\d{12}:function:)?[0-9A-Za-z_-]{1,64}/,
});

/** Source: "Defined runtime environment variables" in the developer guide of Lambda. */
const RESERVED =
  /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_(DEFAULT_)?REGION|AWS_EXECUTION_ENV|AWS_LAMBDA_\w+|AWS_ACCESS_KEY(_ID)?|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|LAMBDA_\w+)$/;

/** The limit for an unpacked archive, in bytes. Source: "Lambda quotas". */
export const MOST_UNPACKED_BYTES = 262_144_000;

export const LAMBDA: ServiceRules = {
  "aws:lambda/eventSourceMapping:EventSourceMapping": {
    sources: ["internal/service/lambda/event_source_mapping.go", "lambda:CreateEventSourceMapping"],
    inputs: {
      // A batch of more than ten needs a batching window.
      batchSize: whole(1, 10),
      eventSourceArn: arn("sqs"),
      functionName,
      scalingConfig: object({ maximumConcurrency: whole(2, 1000) }),
      tags,
    },
    required: ["eventSourceArn", "functionName"],
  },
  "aws:lambda/function:Function": {
    sources: ["internal/service/lambda/function.go", "lambda:CreateFunction, Lambda quotas"],
    physicalName: { input: "name", rule: text(1, 64, { pattern: /[0-9A-Za-z_-]+/ }) },
    inputs: {
      architectures: listOf(oneOf("arm64", "x86_64"), { least: 1, most: 1 }),
      code: archive,
      environment: object({
        variables: mapOf(text(2, 256, { pattern: /[a-zA-Z]\w+/, without: RESERVED }), text(0, 4096), {
          mostBytes: 4096,
        }),
      }),
      handler: text(1, 128, { pattern: /\S+/ }),
      loggingConfig: object({ logFormat: oneOf("JSON", "Text"), logGroup: logGroupName }, "logFormat"),
      memorySize: whole(128, 10_240),
      role: arn("iam"),
      // The runtimes with which Lambda still creates functions.
      runtime: oneOf("nodejs22.x", "nodejs24.x"),
      tags,
      timeout: whole(1, 900),
      tracingConfig: object({ mode: oneOf("Active", "PassThrough") }, "mode"),
      vpcConfig: object(
        {
          securityGroupIds: listOf(text(1, 1024, { pattern: /sg-[0-9a-zA-Z]+/ }), { least: 1, most: 5 }),
          subnetIds: listOf(text(1, 1024, { pattern: /subnet-[0-9a-z]+/ }), { least: 1, most: 16 }),
        },
        ...["securityGroupIds", "subnetIds"],
      ),
    },
    required: ["code", "handler", "role", "runtime"],
  },
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": {
    sources: [
      "internal/service/lambda/function_event_invoke_config.go",
      "lambda:PutFunctionEventInvokeConfig",
    ],
    inputs: {
      destinationConfig: object({ onFailure: object({ destination: arn("(sqs|sns)") }, "destination") }),
      functionName,
      maximumEventAgeInSeconds: whole(60, 21_600),
      maximumRetryAttempts: whole(0, 2),
    },
    required: ["functionName"],
  },
  "aws:lambda/permission:Permission": {
    sources: ["internal/service/lambda/permission.go", "lambda:AddPermission"],
    inputs: {
      action: text(1, 256, { pattern: /lambda:[*]|lambda:[A-Za-z]+|[*]/ }),
      function: functionName,
      principal: text(1, 2048, { pattern: /\S+/ }),
      sourceAccount: accountId,
      sourceArn: arn(),
    },
    required: ["action", "function", "principal"],
  },
};
