/** What a line of a log is about, in the order in which it is read. */
const ABOUT = ["commit", "of", "table", "relation", "mart", "schema", "rows", "reason", "breaches"] as const;

/** A line that a stage has logged. */
export interface LogEntry extends Readonly<
  Partial<Record<(typeof ABOUT)[number], string | number | readonly string[]>>
> {
  readonly level?: string;
  readonly message?: string;
}

/** What a stage logs, for people: the message, and what it is about; undefined for what is not wanted. */
export function logText(line: string, isWanted: (entry: LogEntry) => boolean): string | undefined {
  const entry = entryOf(line);
  if (entry === undefined || !isWanted(entry)) return undefined;
  const about = ABOUT.flatMap((name) => {
    const value = entry[name];
    return value === undefined ? [] : [`${name} ${[value].flat().join(", ")}`];
  });
  return `${entry.message ?? ""} ${about.join(", ")}`.trimEnd();
}

/** Undefined for any other text, as that of Lambda itself. */
function entryOf(line: string): LogEntry | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as LogEntry;
  } catch {
    return undefined;
  }
}
