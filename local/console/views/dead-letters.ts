import type { DeadLetter } from "../../cloud/sqs/dead-letters";
import type { Program } from "../../pulumi/program";
import type { DeadLetterView, DeadLetterQueueView } from "../api";
import type { ConsoleContext } from "../server/context";
import type { History } from "../server/history";
import { shortName } from "./metrics";
import { remedyOf } from "./remedy";

/** What the parts of a message are that its sender writes; any may be missing from what others wrote. */
interface Message {
  /** of an event that Lambda gave up */
  readonly requestContext?: { readonly functionArn?: string; readonly approximateInvokeCount?: number };
  readonly responsePayload?: { readonly errorType?: string; readonly errorMessage?: string };
  /** of a schedule that could not start its stage */
  readonly ERROR_CODE?: string;
  readonly ERROR_MESSAGE?: string;
  /** of a task that no worker could do */
  readonly Records?: readonly { readonly s3?: { readonly object?: { readonly key?: string } } }[];
}

/** What is known of those that were to get the messages. */
interface Receivers {
  readonly functions: Program["functions"];
  readonly runs: History["runs"];
}

const SHOWN = 50;
const LONGEST = 20_000;

/** The queues in which something lies, that of the newest message first. */
export async function deadLetterQueues({
  platform,
  history,
}: ConsoleContext): Promise<DeadLetterQueueView[]> {
  const { deadLetters, program } = platform.cloud;
  const receivers = {
    functions: program.functions,
    runs: (stage) => history.runs(stage),
  } satisfies Receivers;
  const letters = await deadLetters.letters();
  return [...new Set(letters.map(({ queue }) => queue))].map((queue) => {
    const own = letters.filter((letter) => letter.queue === queue);
    const shown = own.slice(0, SHOWN).map((letter) => deadLetterView(letter, receivers));
    return { queue, name: shortName(queue), depth: own.length, letters: shown };
  });
}

/** What a message says to a person: what failed, why, and what to do. */
export function deadLetterView({ file, at, text }: DeadLetter, receivers: Receivers): DeadLetterView {
  return {
    file,
    at: at?.toISOString() ?? null,
    ...told(messageOf(text), { at, ...receivers }),
    message: text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text,
  };
}

function messageOf(text: string): Message {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === "object" && message !== null ? message : {};
  } catch {
    return {};
  }
}

type Told = Pick<DeadLetterView, "what" | "sentence" | "remedy" | "healedAt">;

function told(message: Message, about: Receivers & { readonly at: Date | undefined }): Told {
  const { requestContext, responsePayload, Records, ERROR_CODE, ERROR_MESSAGE = "" } = message;
  if (requestContext !== undefined && responsePayload !== undefined)
    return eventTold({ requestContext, responsePayload }, about);
  if (ERROR_CODE !== undefined)
    return {
      what: "a schedule could not start its stage",
      sentence: `${ERROR_CODE}: ${ERROR_MESSAGE}`,
      remedy:
        "The role of the schedule, or the Lambda, was changed by hand; in AWS, pulumi up puts it back. The schedule then starts its stage again at its next time. See “A schedule cannot start its stage” in docs/runbook.md.",
      healedAt: null,
    };
  const task = Records?.[0]?.s3?.object?.key;
  if (task !== undefined)
    return {
      what: "no worker could do a task of a large commit",
      sentence: task,
      remedy:
        "Process does it itself, so nothing is lost. Why the workers failed is in the log of remodel; see “Workers fail” in docs/runbook.md.",
      healedAt: null,
    };
  return {
    what: "a message that Marble did not send",
    sentence: "",
    remedy: "Somebody else put it there.",
    healedAt: null,
  };
}

/** An event only wakes a stage: once a later run has succeeded, all is done that the event was about. */
function eventTold(
  { requestContext, responsePayload }: Required<Pick<Message, "requestContext" | "responsePayload">>,
  { at, functions, runs }: Receivers & { readonly at: Date | undefined },
): Told {
  const { functionArn = "", approximateInvokeCount = 0 } = requestContext;
  const { errorType = "", errorMessage = "no reason was given" } = responsePayload;
  const failed = functions.find(({ arn }) => functionArn.startsWith(`${arn}:`));
  const stage = failed?.environment["POWERTOOLS_SERVICE_NAME"];
  const healed = STAGES.filter((name) => name === stage)
    .flatMap((name) => runs(name))
    .find(({ result, startedAt }) => result.ok && at !== undefined && startedAt > at);
  return {
    what: `${stage ?? functionArn} failed ${approximateInvokeCount} times on an event`,
    sentence: errorMessage,
    remedy: remedyOf({ type: errorType, message: errorMessage }),
    healedAt: healed?.endedAt.toISOString() ?? null,
  };
}

/** Those that events wake. */
const STAGES = ["ingest", "process", "load", "report"] as const;
