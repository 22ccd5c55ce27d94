import type { LogLine, Logs } from "../api";

/** A filter of log lines. An empty text matches everything. */
interface LogFilter {
  readonly stage: string;
  readonly level: string;
  readonly text: string;
  /** The run that wrote the lines. */
  readonly run: string;
}

const SHOWN = 200;

/** The matching lines, the newest first. */
export function filterLogs(lines: readonly LogLine[], { stage, level, text, run }: LogFilter): Logs {
  const wanted = text.toLowerCase();
  const matching = lines.filter(
    (line) =>
      (stage === "" || line.stage === stage) &&
      (level === "" || line.level === level) &&
      (run === "" || line.run === run) &&
      (wanted === "" || `${line.message} ${line.fields} ${line.stack ?? ""}`.toLowerCase().includes(wanted)),
  );
  return {
    lines: matching.slice(-SHOWN).reverse(),
    matching: matching.length,
    kept: lines.length,
  };
}
