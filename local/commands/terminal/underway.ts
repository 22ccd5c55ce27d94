import type { CloudEvent, FunctionName } from "../../cloud-event";
import { logText } from "./log-text";

/** The current work, for the status line of a command. */
export interface Underway {
  readonly onEvent: (event: CloudEvent) => void;
  /** A step of the command itself, such as the start of a part; undefined when it has ended. */
  readonly step: (what: string | undefined) => void;
  /** With its duration in seconds so far; undefined if there is none. */
  readonly text: () => string | undefined;
}

/** A running stage, with any number of invocations. */
interface Running {
  readonly since: number;
  invocations: number;
  /** Its last log line. */
  last: string | undefined;
}

/** Follows the steps of a command and the running stages. */
export function followWork(now = (): number => performance.now()): Underway {
  const stages = new Map<FunctionName, Running>();
  let step: { readonly what: string; readonly since: number } | undefined;
  const seconds = (since: number): string =>
    `${Math.floor((now() - since) / 1000).toLocaleString("en-GB")} s`;
  return {
    onEvent: (event) => {
      if (event.kind === "started") {
        const running = stages.get(event.stage) ?? { since: now(), invocations: 0, last: undefined };
        running.invocations += 1;
        stages.set(event.stage, running);
      } else if (event.kind === "invocation") {
        const running = stages.get(event.stage);
        if (running !== undefined && (running.invocations -= 1) === 0) stages.delete(event.stage);
      } else if (event.kind === "log") {
        const running = stages.get(event.stage);
        const text = logText(event.line, ({ message = "" }) => message !== "");
        if (running !== undefined) running.last = text ?? running.last;
      }
    },
    step: (what) => (step = what === undefined ? undefined : { what, since: now() }),
    text: () => {
      if (stages.size === 0) return step === undefined ? undefined : `${step.what}: ${seconds(step.since)}`;
      return [...stages]
        .map(
          ([stage, { since, last }]) => `${stage}: ${seconds(since)}${last === undefined ? "" : `, ${last}`}`,
        )
        .join("; ");
    },
  };
}
