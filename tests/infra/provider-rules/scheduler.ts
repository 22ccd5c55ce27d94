import { object, oneOf, text, whole, type ServiceRules } from "./common/rule";
import { arn } from "./common/shared";

export const SCHEDULER: ServiceRules = {
  "aws:scheduler/schedule:Schedule": {
    sources: ["internal/service/scheduler/schedule.go", "scheduler:CreateSchedule"],
    physicalName: { input: "name", rule: text(1, 64, { pattern: /[0-9A-Za-z_.-]+/ }) },
    inputs: {
      flexibleTimeWindow: object({ mode: oneOf("OFF", "FLEXIBLE") }, "mode"),
      scheduleExpression: text(1, 256, { pattern: /(rate|cron|at)\(.+\)/ }),
      target: object(
        {
          arn: arn("lambda"),
          deadLetterConfig: object({ arn: arn("sqs") }, "arn"),
          retryPolicy: object({
            maximumEventAgeInSeconds: whole(60, 86_400),
            maximumRetryAttempts: whole(0, 185),
          }),
          roleArn: arn("iam"),
        },
        ...["arn", "roleArn"],
      ),
    },
    required: ["flexibleTimeWindow", "scheduleExpression", "target"],
  },
};
