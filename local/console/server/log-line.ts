import type { FunctionName } from "../../cloud-event";
import type { LogLevel, LogLine } from "../api";

/** Fields that every line has and that a reader does not need. */
const COMMON: ReadonlySet<string> = new Set([
  "level",
  "message",
  "timestamp",
  "service",
  "cold_start",
  "function_arn",
  "function_memory_size",
  "function_name",
  "function_request_id",
  "sampling_rate",
  "xray_trace_id",
]);

const LEVELS: ReadonlySet<string> = new Set<LogLevel>(["DEBUG", "INFO", "WARN", "ERROR"]);
const isLevel = (level: unknown): level is LogLevel => typeof level === "string" && LEVELS.has(level);

/** Reads a line of a function's log, which is JSON from a stage or any other text. */
export function logLine(stage: FunctionName, line: string, now: Date): LogLine {
  const rest = { fields: "", stack: null, run: null };
  const text: LogLine = { at: now.toISOString(), stage, level: "TEXT", message: line, ...rest };
  if (!line.startsWith("{")) return text;
  let json: Readonly<Record<string, unknown>>;
  try {
    json = JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return text;
  }
  const { level, message, timestamp, function_request_id: run } = json;
  if (!isLevel(level) || typeof message !== "string") return text;
  const fields = Object.entries(json)
    .filter(([name]) => !COMMON.has(name))
    .map(([name, value]) => `${name}: ${fieldText(value)}`)
    .join(" · ");
  return {
    at: typeof timestamp === "string" ? timestamp : text.at,
    stage,
    level,
    message,
    fields,
    stack: stackOf(json),
    run: typeof run === "string" ? run : null,
  };
}

/** The stack of the first field that is an error. */
function stackOf(json: Readonly<Record<string, unknown>>): string | null {
  for (const value of Object.values(json)) {
    if (typeof value === "object" && value !== null && "stack" in value && typeof value.stack === "string")
      return value.stack;
  }
  return null;
}

/** Lines with a shorter interval between them were written together. */
const TOGETHER_MS = 100;
/** The maximum number of lines of an entry. A longer text continues in the next entry. */
const MOST_LINES = 200;

/**
 * Joins a text and the next line into one entry; undefined when they are separate. The lines of a stack trace or of a
 * warning of Node arrive one by one.
 */
export function joinedText(last: LogLine | undefined, next: LogLine): LogLine | undefined {
  if (last?.level !== "TEXT" || next.level !== "TEXT" || last.stage !== next.stage) return undefined;
  if (last.message.split("\n").length >= MOST_LINES) return undefined;
  const isIndented = /^\s|^$/.test(next.message);
  const isTogether = Date.parse(next.at) - Date.parse(last.at) <= TOGETHER_MS;
  return isIndented || isTogether ? { ...last, message: `${last.message}\n${next.message}` } : undefined;
}

/** For an error, only its message, because the stack is a field of the line. */
function fieldText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null && "message" in value && typeof value.message === "string")
    return value.message;
  return JSON.stringify(value);
}
