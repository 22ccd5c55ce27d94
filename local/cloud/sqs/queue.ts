import { createHash, randomUUID } from "node:crypto";
import type { Clock } from "../clock";
import type { Authorizer, Principal } from "../iam/authorizer";
import type { LambdaFunction } from "../lambda/function";
import { isAbout, type ObjectCreation } from "../s3/object-storage";
import { REGION } from "../account";
import type { DeclaredQueue } from "./declared";

/** A queue, with those who take its messages to a function. */
export interface WorkQueue {
  /** S3 has a new object: a message, when it is one that the queue is told of. */
  announce(created: ObjectCreation): void;
  /** Resolves when no message is on its way to the function. What waits to become visible again is none. */
  settled(): Promise<void>;
  /** Takes no further message, and waits for the function. What lies in the queue is gone. */
  stop(): Promise<void>;
}

export interface WorkQueueOptions {
  readonly function: Pick<LambdaFunction, "invoke">;
  /** The role of the function: Lambda takes messages in its name. */
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

/** So long a receive waits for a message; when it may not take one, Lambda asks again. */
const POLL_MS = 20_000;

/**
 * A stand-in for a standard queue of SQS and its event source mapping, one message a batch: takes as many
 * messages at once as it may, deletes what the function succeeded on, and lets the others come back when the
 * visibility timeout is over, until they are too old (Lambda developer guide, "Using Lambda with Amazon SQS").
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

/** A message as a function gets it. */
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
