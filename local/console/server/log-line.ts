import type { FunctionName } from "../../cloud-event";
import type { LogLevel, LogLine } from "../api";

/** Fields that every line has, and that say nothing about it. */
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

/** Reads a line of a function's log: structured, as the stages write it, or any other text. */
export function logLine(stage: FunctionName, line: string, now: Date): LogLine {
  const text: LogLine = { at: now.toISOString(), stage, level: "TEXT", message: line, fields: "" };
  if (!line.startsWith("{")) return text;
  let json: Readonly<Record<string, unknown>>;
  try {
    json = JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return text;
  }
  const { level, message, timestamp } = json;
  if (!isLevel(level) || typeof message !== "string") return text;
  const fields = Object.entries(json)
    .filter(([name]) => !COMMON.has(name))
    .map(([name, value]) => `${name}: ${fieldText(value)}`)
    .join(" · ");
  return { at: typeof timestamp === "string" ? timestamp : text.at, stage, level, message, fields };
}

/** Of an error, its sentence alone: the stack is in the log file. */
function fieldText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null && "message" in value && typeof value.message === "string")
    return value.message;
  return JSON.stringify(value);
}
