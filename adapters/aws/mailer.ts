import { PublishCommand, SNSClient, SNSServiceException } from "@aws-sdk/client-sns";
import { TerminalError, TransientError } from "../../domain/errors";
import { SDK_TIMEOUTS } from "./sdk-timeouts";

/** Sends a text to every subscriber of a topic. */
export type Mailer = (mail: { readonly subject: string; readonly text: string }) => Promise<void>;

/** @throws TerminalError when the topic does not exist or access to it is denied, TransientError otherwise */
export function mailer(topicArn: string, client = new SNSClient(SDK_TIMEOUTS)): Mailer {
  return async ({ subject, text }) => {
    try {
      await client.send(new PublishCommand({ TopicArn: topicArn, Subject: subject, Message: text }));
    } catch (error) {
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      const message = `cannot send a mail through the topic ${topicArn}: ${reason}`;
      const isClientFault = error instanceof SNSServiceException && error.$fault === "client";
      throw isClientFault
        ? new TerminalError(message, { cause: error })
        : new TransientError(message, { cause: error });
    }
  };
}
