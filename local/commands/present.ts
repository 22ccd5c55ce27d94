import type { ReportOutcome } from "../../stages/report";
import type { CloudEvent } from "../cloud-event";
import type { AlarmTransition } from "../cloud/cloudwatch/alarm";
import { logText } from "./log-text";

const WIDTH = { stage: 8 };

/** Whole numbers as they are, others with two digits behind the point, as money has them. */
function cellText(cell: string | number): string {
  if (typeof cell === "string") return cell;
  const minimumFractionDigits = Number.isInteger(cell) ? 0 : 2;
  return cell.toLocaleString("en-GB", { minimumFractionDigits });
}

/** A table of text: the first row is the head, numbers stand to the right. */
export function textTable(rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map((row) => row.map(cellText));
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? "").length)),
  );
  const line = (row: readonly string[], index: number): string =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        const isNumber = typeof (rows[index === 0 ? 1 : index] ?? [])[column] === "number";
        return isNumber ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  const [head = [], ...body] = cells;
  return [
    line(head, 0),
    widths.map((width) => "─".repeat(width)).join("  "),
    ...body.map((row, index) => line(row, index + 1)),
  ].join("\n");
}

/**
 * Says one line about an event, for people who watch; undefined for what they need not see. It remembers which
 * alarms it told of: that the others are well is as it should be.
 */
export function eventTeller(): (event: CloudEvent) => string | undefined {
  const ringing = new Set<string>();
  return (event) => (event.kind === "alarm" ? alarmLine(event.transition, ringing) : eventLine(event));
}

/** @param ringing the alarms that were told of, and are not over */
function alarmLine({ alarm, from, to }: AlarmTransition, ringing: Set<string>): string | undefined {
  // At the start nothing was measured yet, which is no news, although some alarms take silence for trouble.
  const isSilence = from === "INSUFFICIENT_DATA" && alarm.treatMissingData === "breaching";
  if (to === "ALARM" && !isSilence) ringing.add(alarm.name);
  else if (to !== "OK" || !ringing.delete(alarm.name)) return undefined;
  return `${to.padEnd(WIDTH.stage)} ${alarm.name}`;
}

function eventLine(event: Exclude<CloudEvent, { kind: "alarm" }>): string | undefined {
  switch (event.kind) {
    case "invocation": {
      const { ok, payload, error, durationMs, coldStart } = event.result;
      const what = ok ? summary(payload) : `FAILED: ${error?.message ?? ""}`;
      const time = `${Math.round(durationMs).toLocaleString("en-GB")} ms${coldStart ? ", cold" : ""}`;
      return `${event.stage.padEnd(WIDTH.stage)} ${what}  (${time})`;
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

interface Reported {
  readonly commit?: number | null;
  readonly commits?: readonly number[];
  readonly tables: Readonly<Record<string, { readonly rows: number }>>;
  readonly rejected?: number;
  readonly waiting?: number;
}

/** What a run of the report says that others do not. */
const isReport = (payload: unknown): payload is ReportOutcome =>
  typeof payload === "object" && payload !== null && "made" in payload;

export const NOTHING = "nothing to do";

/** What a stage reports that it did, in a line. */
export function summary(payload: unknown): string {
  if (isReport(payload))
    return `${payload.made ? `made ${String(payload.report)}` : NOTHING}${payload.mailed ? ", mailed a link" : ""}`;
  const { commit, commits = [], tables, rejected = 0, waiting = 0 } = payload as Reported;
  const numbers = typeof commit === "number" ? [commit] : commits;
  if (numbers.length === 0) return NOTHING;
  const counts = Object.values(tables).map(({ rows }) => rows);
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const also = `${rejected > 0 ? `, ${rejected} rejected` : ""}${waiting > 0 ? `, ${waiting} waiting` : ""}`;
  return `commit ${numbers.join(", ")}: ${counted(rows, "row")} of ${counted(counts.length, "table")}${also}`;
}

const counted = (count: number, thing: string): string =>
  `${count.toLocaleString("en-GB")} ${thing}${count === 1 ? "" : "s"}`;
