import { randomUUID } from "node:crypto";

import { serveHttp, type HttpReply, type HttpRequest } from "../http";
import { openOutbox, type Mail } from "./outbox";

/** A stand-in for Amazon SNS. Its e-mail subscriptions write into an outbox directory. */
export interface MailService {
  /** The endpoint for a client, as in AWS_ENDPOINT_URL_SNS. */
  readonly url: string;
  /** Creates the topic. A topic without subscriptions accepts messages and delivers them to nobody. */
  addTopic(topicArn: string): void;
  /** Delivers every later message of the topic to the address. Creates the topic if it does not exist. */
  subscribe(topicArn: string, email: string): void;
  /**
   * Resolves with the message's id when every subscriber's mail is written.
   *
   * @throws SnsError for what SNS would refuse: an unknown topic, an invalid subject or message
   */
  publish(message: Message): Promise<string>;
  /** All mails in the outbox, the oldest first. */
  mails(): Promise<Mail[]>;
  close(): Promise<void>;
}

export interface Message {
  readonly topicArn: string;
  /** SNS takes less than 100 characters of printable ASCII. */
  readonly subject?: string;
  /** Text of at most 256 KiB. */
  readonly message: string;
}

/** A refusal with the code and the status that SNS gives it. */
class SnsError extends Error {
  override readonly name = "SnsError";
  constructor(
    readonly code: "NotFound" | "InvalidParameter" | "InvalidAction" | "AuthorizationError",
    readonly status: 400 | 403 | 404,
    message: string,
  ) {
    super(message);
  }
}

const SENDER = "AWS Notifications <no-reply@sns.amazonaws.com>";
const DEFAULT_SUBJECT = "AWS Notification Message";
const MAX_MESSAGE_BYTES = 262_144;
const NAMESPACE = "http://sns.amazonaws.com/doc/2010-03-31/";

/** A call of a client, to be allowed or denied. */
export interface PublishCall {
  readonly topicArn: string;
  /** The signer of the call; signatures are not checked. */
  readonly accessKeyId: string | undefined;
}

interface MailOptions {
  /** the directory of the mails */
  readonly outbox: string;
  /** The reason to deny a call; undefined to allow it. By default all are allowed. */
  readonly authorize?: (call: PublishCall) => Promise<string | undefined>;
}

/**
 * Starts the stand-in, with the action Publish of the SNS Query protocol. It writes one mail file for each subscriber.
 */
export async function startMail(options: MailOptions): Promise<MailService> {
  const { outbox: directory, authorize = () => Promise.resolve(undefined) } = options;
  const outbox = await openOutbox(directory);
  const subscribers = new Map<string, Set<string>>();

  function addTopic(topicArn: string): Set<string> {
    const addresses = subscribers.get(topicArn) ?? new Set();
    subscribers.set(topicArn, addresses);
    return addresses;
  }

  async function publish({ topicArn, subject, message }: Message): Promise<string> {
    const addresses = subscribers.get(topicArn);
    if (addresses === undefined) throw new SnsError("NotFound", 404, `Topic does not exist: ${topicArn}`);
    validate(subject, message);
    const date = new Date();
    for (const to of addresses) {
      await outbox.write({
        from: SENDER,
        to,
        subject: subject ?? DEFAULT_SUBJECT,
        date,
        body: message,
        topicArn,
      });
    }
    return randomUUID();
  }

  const server = await serveHttp((request) => answer(request, { publish, authorize }));
  return {
    url: server.url,
    addTopic: (topicArn) => void addTopic(topicArn),
    subscribe: (topicArn, email) => void addTopic(topicArn).add(email),
    publish,
    mails: () => outbox.read(),
    close: () => server.close(),
  };
}

/** The constraints of the SNS API reference, "Publish". */
function validate(subject: string | undefined, message: string): void {
  const invalid = (text: string): SnsError =>
    new SnsError("InvalidParameter", 400, `Invalid parameter: ${text}`);
  if (subject !== undefined && !/^[!-~][ -~]{0,98}$/.test(subject)) {
    throw invalid(
      "Subject: write less than 100 characters of printable ASCII that do not begin with a space, " +
        `not ${JSON.stringify(subject)}`,
    );
  }
  if (message === "") throw invalid("Empty message");
  const bytes = Buffer.byteLength(message);
  if (bytes > MAX_MESSAGE_BYTES) {
    throw invalid(`Message too long: ${bytes} bytes where ${MAX_MESSAGE_BYTES} are allowed`);
  }
}

async function answer(
  request: HttpRequest,
  { publish, authorize }: Pick<MailService, "publish"> & Required<Pick<MailOptions, "authorize">>,
): Promise<HttpReply> {
  const input = new URLSearchParams(request.body);
  try {
    const action = input.get("Action") ?? "";
    if (action !== "Publish") {
      throw new SnsError(
        "InvalidAction",
        400,
        `The local SNS has no action "${action}"; it has Publish only`,
      );
    }
    const message = readMessage(input);
    const [, accessKeyId] = /Credential=([^/,\s]+)/.exec(request.headers.authorization ?? "") ?? [];
    const denial = await authorize({ topicArn: message.topicArn, accessKeyId });
    if (denial !== undefined) throw new SnsError("AuthorizationError", 403, denial);
    const id = await publish(message);
    return xml(
      200,
      `<PublishResponse xmlns="${NAMESPACE}"><PublishResult><MessageId>${id}</MessageId></PublishResult>` +
        `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></PublishResponse>`,
    );
  } catch (error) {
    if (!(error instanceof SnsError)) throw error;
    return xml(
      error.status,
      `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${error.code}</Code>` +
        `<Message>${escapeXml(error.message)}</Message></Error>` +
        `<RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
    );
  }
}

function readMessage(input: URLSearchParams): Message {
  const topicArn = input.get("TopicArn");
  const subject = input.get("Subject");
  if (topicArn === null || input.has("MessageStructure")) {
    throw new SnsError(
      "InvalidParameter",
      400,
      "Invalid parameter: The local SNS publishes one text to a topic; give TopicArn, and no MessageStructure",
    );
  }
  return { topicArn, message: input.get("Message") ?? "", ...(subject === null ? {} : { subject }) };
}

function xml(status: number, body: string): HttpReply {
  return { status, headers: { "Content-Type": "text/xml" }, body };
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
