import { createHash, randomUUID } from "node:crypto";
import type { Clock } from "../clock";
import type { Authorizer, Principal } from "../iam/authorizer";
import type { LambdaFunction } from "../lambda/function";
import { isAbout, type ObjectCreation } from "../s3/object-storage";
import { REGION } from "../account";
import type { DeclaredQueue } from "./declared";

/** A queue, with the pollers that deliver its messages to a function. */
export interface WorkQueue {
  /** Turns a new object in S3 into a message, if the queue has a notification for it. */
  announce(created: ObjectCreation): void;
  /**
   * Resolves when no message is being delivered to the function. Messages that wait to become visible again do not
   * count.
   */
  settled(): Promise<void>;
  /** Receives no more messages, and waits for the function. The messages in the queue are lost. */
  stop(): Promise<void>;
}

interface WorkQueueOptions {
  readonly function: Pick<LambdaFunction, "invoke">;
  /** The role of the function. Lambda receives messages with it. */
  readonly principal: Principal;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
}

interface Message {
  readonly id: string;
  readonly body: string;
  readonly sentAt: Date;
  receives: number;
}

/** How long a receive waits for a message. If it is denied, Lambda asks again after this time. */
const POLL_MS = 20_000;

/**
 * A stand-in for a standard queue of SQS and its event source mapping, with one message a batch. It receives up to the
 * maximum of concurrent messages, deletes a message when the function succeeds, and shows the others again after the
 * visibility timeout, until they are too old (Lambda developer guide, "Using Lambda with Amazon SQS").
 */
export function createWorkQueue(declared: DeclaredQueue, options: WorkQueueOptions): WorkQueue {
  const { function: lambda, principal, authorizer, clock } = options;
  const { arn, batchSize, maximumConcurrency, retentionMs, visibilityMs, notifications } = declared;
  if (batchSize !== 1) throw new Error(`${arn}: the local cloud hands over one message at a time`);
  const visible: Message[] = [];
  const timers = new Set<() => void>();
  const running = new Set<Promise<void>>();
  let stopped = false;

  const may = async (action: string): Promise<boolean> =>
    (await authorizer.decide({ principal, action: `sqs:${action}`, resource: arn })).allowed;

  function later(ms: number, run: () => void): void {
    const cancel = clock.setTimer(() => {
      timers.delete(cancel);
      run();
    }, ms);
    timers.add(cancel);
  }

  async function take(message: Message): Promise<void> {
    if (!(await may("GetQueueAttributes")) || !(await may("ReceiveMessage"))) {
      later(POLL_MS, () => offer(message));
      return;
    }
    if (clock.now().getTime() - message.sentAt.getTime() > retentionMs) return;
    message.receives += 1;
    const { ok } = await lambda.invoke({ Records: [record(message, arn)] });
    if (ok && (await may("DeleteMessage"))) return;
    later(visibilityMs, () => offer(message));
  }

  function offer(message: Message): void {
    if (stopped) return;
    visible.push(message);
    while (running.size < maximumConcurrency) {
      const next = visible.shift();
      if (next === undefined) return;
      start(next);
    }
  }
  function start(message: Message): void {
    const taking: Promise<void> = take(message).finally(() => {
      running.delete(taking);
      const next = stopped ? undefined : visible.shift();
      if (next !== undefined) start(next);
    });
    running.add(taking);
  }

  const settled = async (): Promise<void> => {
    while (running.size > 0) await Promise.all(running);
  };
  return {
    announce: (created) => {
      if (notifications.some((filter) => isAbout(filter, created)))
        offer({ id: randomUUID(), body: JSON.stringify(created.event), sentAt: clock.now(), receives: 0 });
    },
    settled,
    stop: async () => {
      stopped = true;
      for (const cancel of timers) cancel();
      await settled();
    },
  };
}

/** A message, as a function receives it. */
const record = ({ id, body, receives }: Message, eventSourceARN: string): object => ({
  messageId: id,
  receiptHandle: randomUUID(),
  body,
  attributes: { ApproximateReceiveCount: String(receives) },
  messageAttributes: {},
  md5OfBody: createHash("md5").update(body).digest("hex"),
  eventSource: "aws:sqs",
  eventSourceARN,
  awsRegion: REGION,
});
