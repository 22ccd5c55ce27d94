/** The fields of a log line that name its subject, in reading order. */
const ABOUT = ["commit", "of", "table", "relation", "mart", "schema", "rows", "reason", "breaches"] as const;

/** A line in the log of a stage. */
interface LogEntry extends Readonly<
  Partial<Record<(typeof ABOUT)[number], string | number | readonly string[]>>
> {
  readonly level?: string;
  readonly message?: string;
}

/** A log line for people: its message and its subject; undefined for an unwanted line. */
export function logText(line: string, isWanted: (entry: LogEntry) => boolean): string | undefined {
  const entry = entryOf(line);
  if (entry === undefined || !isWanted(entry)) return undefined;
  const about = ABOUT.flatMap((name) => {
    const value = entry[name];
    return value === undefined ? [] : [`${name} ${[value].flat().join(", ")}`];
  });
  return `${entry.message ?? ""} ${about.join(", ")}`.trimEnd();
}

/** Undefined for any other text, such as Lambda's own lines. */
function entryOf(line: string): LogEntry | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as LogEntry;
  } catch {
    return undefined;
  }
}
