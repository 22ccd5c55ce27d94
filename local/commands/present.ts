import type { ReportOutcome } from "../../stages/report";
import type { CloudEvent, FunctionName } from "../cloud-event";
import type { AlarmTransition } from "../cloud/cloudwatch/alarm";
import { remedyOf, type StageError } from "../console/views/remedy";
import { logText } from "./terminal/log-text";
import type { Colour } from "./terminal/paint";
import { sentence } from "./terminal/sentence";
import { cut } from "./terminal/width";

const WIDTH = { stage: 8 };

/** Whole numbers without a point, others with two decimal places, like money. */
function cellText(cell: string | number): string {
  if (typeof cell === "string") return cell;
  const minimumFractionDigits = Number.isInteger(cell) ? 0 : 2;
  return cell.toLocaleString("en-GB", { minimumFractionDigits });
}

const GAP = "  ";
/** The least width of a column of texts. */
const NARROWEST = 8;

/**
 * A table of text. The first row is the header, and numbers are aligned to the right.
 * @param width of a line; texts are cut if a row would be longer, numbers never
 */
export function textTable(
  rows: readonly (readonly (string | number)[])[],
  width = Number.POSITIVE_INFINITY,
): string {
  const cells = rows.map((row) => row.map(cellText));
  const isNumber = (rows[0] ?? []).map((_, column) => typeof (rows[1] ?? [])[column] === "number");
  const widths = fit(
    isNumber.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length))),
    { isNumber, width },
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const room = widths[column] ?? 0;
        return isNumber[column] ? cell.padStart(room) : cut(cell, room).padEnd(room);
      })
      .join(GAP)
      .trimEnd();
  const [head = [], ...body] = cells;
  return [line(head), widths.map((room) => "─".repeat(room)).join(GAP), ...body.map(line)].join("\n");
}

/** Narrows the widest columns of texts until a row fits. */
function fit(
  natural: readonly number[],
  { isNumber, width }: { readonly isNumber: readonly boolean[]; readonly width: number },
): readonly number[] {
  const widths = [...natural];
  const total = (): number => widths.reduce((sum, room) => sum + room, GAP.length * (widths.length - 1));
  while (total() > width) {
    const widest = Math.max(...widths.filter((_, column) => !isNumber[column]));
    if (widest <= NARROWEST) break;
    const column = widths.findIndex((room, index) => !isNumber[index] && room === widest);
    widths[column] = widest - 1;
  }
  return widths;
}

/** The colour of the line about an event; undefined for plain. */
export function colourOf(event: CloudEvent): Colour | undefined {
  switch (event.kind) {
    case "invocation":
      return event.result.ok ? undefined : "red";
    case "alarm":
      return event.transition.to === "ALARM" ? "red" : "green";
    case "access":
      return "red";
    case "log":
      return "yellow";
    case "started":
      return undefined;
  }
}

/**
 * Describes events for a person, each in a line; undefined for uninteresting ones. Remembers the alarms that it
 * described, because the end of any other alarm is not interesting.
 */
export function eventFormatter(): (event: CloudEvent) => string | undefined {
  const ringing = new Set<string>();
  return (event) => (event.kind === "alarm" ? alarmLine(event.transition, ringing) : eventLine(event));
}

/** @param ringing the alarms that were described and have not ended */
function alarmLine({ alarm, from, to }: AlarmTransition, ringing: Set<string>): string | undefined {
  // At the start nothing is measured yet. Some alarms treat that as a failure, but it is not interesting.
  const isSilence = from === "INSUFFICIENT_DATA" && alarm.treatMissingData === "breaching";
  if (to === "ALARM" && !isSilence) ringing.add(alarm.name);
  else if (to !== "OK" || !ringing.delete(alarm.name)) return undefined;
  const text = `${to.padEnd(WIDTH.stage)} ${alarm.name}`;
  if (to !== "ALARM") return text;
  // The mail has more lines. In the terminal, a person needs what is wrong and what to do.
  const [, wrong] = /^ALARM means: (.*)$/m.exec(alarm.description) ?? [];
  const [, where] = /^What to do: (.*)$/m.exec(alarm.description) ?? [];
  return wrong === undefined || where === undefined ? text : `${text}: ${wrong} See ${where}`;
}

function eventLine(event: Exclude<CloudEvent, { kind: "alarm" }>): string | undefined {
  switch (event.kind) {
    case "invocation": {
      const { ok, payload, error, durationMs, coldStart } = event.result;
      const what = ok ? summary(payload) : `FAILED: ${error?.message ?? "no reason was given"}`;
      const time = `${Math.round(durationMs).toLocaleString("en-GB")} ms${coldStart ? ", cold" : ""}`;
      const line = `${event.stage.padEnd(WIDTH.stage)} ${what}  (${time})`;
      if (error === undefined) return line;
      return `${line}\n${" ".repeat(WIDTH.stage)} ${failureRemedy(event.stage, error)}`;
    }
    case "access":
      return event.access.allowed ? undefined : `DENIED   ${event.access.message}`;
    case "log": {
      const text = logText(event.line, ({ level }) => level === "WARN");
      return text === undefined ? undefined : `${event.stage.padEnd(WIDTH.stage)} ${text}`;
    }
    case "started":
      return undefined;
  }
}

/** Which stage failed, why, what to do, and what that means for the tables, in a line. */
export const failureText = (stage: FunctionName, error: StageError | undefined): string =>
  error === undefined
    ? `${stage} failed: the stage gave no reason`
    : `${stage} failed: ${sentence(error.message)} ${failureRemedy(stage, error)}`;

/** What to do about a failed run, and what it means for the tables. */
function failureRemedy(stage: FunctionName, error: StageError): string {
  const meaning = isStage(stage) ? " Until then, no table of the warehouse gets new data." : "";
  return `${remedyOf(error)}${meaning}`;
}

const isStage = (name: FunctionName): boolean => name === "ingest" || name === "process" || name === "load";

interface Reported {
  readonly commit?: number | null;
  readonly commits?: readonly number[];
  readonly tables: Readonly<Record<string, { readonly rows: number }>>;
  readonly rejected?: number;
  readonly waiting?: number;
}

/** A result of the report stage has a member that other results lack. */
const isReport = (payload: unknown): payload is ReportOutcome =>
  typeof payload === "object" && payload !== null && "made" in payload;

/** The text for a run without work. It does not say that no table is behind. */
export const NO_WORK = "no new commit";

/** The work of a stage, in a line. */
export function summary(payload: unknown): string {
  if (isReport(payload))
    return `${payload.made ? `made ${String(payload.report)}` : "no new report"}${payload.mailed ? ", mailed a link" : ""}`;
  const { commit, commits = [], tables, rejected = 0, waiting = 0 } = payload as Reported;
  const numbers = typeof commit === "number" ? [commit] : commits;
  if (numbers.length === 0) return NO_WORK;
  const counts = Object.values(tables).map(({ rows }) => rows);
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const also = `${rejected > 0 ? `, ${rejected} rejected` : ""}${waiting > 0 ? `, ${waiting} waiting` : ""}`;
  return `commit ${numbers.join(", ")}: ${plural(rows, "row")} of ${plural(counts.length, "table")}${also}`;
}

const plural = (count: number, thing: string): string =>
  `${count.toLocaleString("en-GB")} ${thing}${count === 1 ? "" : "s"}`;
