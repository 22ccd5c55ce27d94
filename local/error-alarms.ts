import type { MailService } from "./mail";
import type { Alarm } from "./wiring";

/** The alarms on a function's errors, rung by its invocations. */
export interface ErrorAlarms {
  /** Tells of an invocation; resolves when the mails are in the outbox. */
  observe(invocation: { readonly functionName: string; readonly error: string | undefined }): Promise<void>;
}

/**
 * Rings each alarm on `AWS/Lambda` `Errors` with the first failed invocation of its function, and says that
 * it is over with the first that succeeds. CloudWatch looks at periods of minutes; here a mail comes at once.
 */
export function errorAlarms(alarms: readonly Alarm[], mail: MailService): ErrorAlarms {
  const ringing = new Set<string>();
  const tell = async (alarm: Alarm, state: "ALARM" | "OK", reason: string): Promise<void> => {
    const message = `${alarm.description}\n\nState: ${state}\nReason: ${reason}\n`;
    for (const topicArn of state === "ALARM" ? alarm.topicArns : alarm.okTopicArns) {
      await mail.publish({ topicArn, subject: `${state}: "${alarm.name}"`.slice(0, 99), message });
    }
  };
  return {
    observe: async ({ functionName, error }) => {
      const watching = alarms.filter(
        ({ namespace, metric, dimensions }) =>
          namespace === "AWS/Lambda" && metric === "Errors" && dimensions["FunctionName"] === functionName,
      );
      for (const alarm of watching) {
        if (error !== undefined && !ringing.has(alarm.name)) {
          ringing.add(alarm.name);
          await tell(alarm, "ALARM", error);
        } else if (error === undefined && ringing.delete(alarm.name)) {
          await tell(alarm, "OK", "the function succeeded");
        }
      }
    },
  };
}
