/** The result of a measurement: a table, and its figures with a target. */
export interface MeasureResult {
  readonly name: string;
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  readonly targets: readonly Target[];
  /** The method, and other remarks. */
  readonly notes: readonly string[];
  /** A plot of the result, if it has one. */
  readonly svg?: string;
}

/** A figure with an upper limit. */
interface Target {
  readonly what: string;
  readonly limit: number;
  readonly actual: number;
  /** The unit of both: "× floor", "MB". */
  readonly unit: string;
}

/** Three significant digits, without an exponent. */
function figure(value: string | number): string {
  if (typeof value === "string") return value;
  if (!Number.isFinite(value)) return "–";
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
}

/** A table in Markdown, with aligned columns, so that the text is readable. */
export function markdownTable(columns: readonly string[], rows: MeasureResult["rows"]): string {
  const cells = [columns, ...rows.map((row) => row.map(figure))];
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => (row[index] ?? "").length)));
  const numeric = columns.map((_, index) => rows.some((row) => typeof row[index] === "number"));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, index) => (numeric[index] === true ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0))).join(" | ")} |`;
  const rule = widths.map((width, index) =>
    numeric[index] === true ? `${"-".repeat(width - 1)}:` : "-".repeat(width),
  );
  const [head = [], ...body] = cells;
  return [line(head), line(rule), ...body.map(line)].join("\n");
}

const TARGET_COLUMNS = ["measure", "target", "measured", ""];

const targetRow = ({ what, limit, actual, unit }: Target): string[] => [
  what,
  `≤ ${figure(limit)} ${unit}`,
  `${figure(actual)} ${unit}`,
  actual <= limit ? "reached" : "missed",
];

/** One measurement as Markdown. */
export function present({ title, columns, rows, targets, notes }: MeasureResult): string {
  const parts = [`## ${title}`, markdownTable(columns, rows)];
  if (targets.length > 0) parts.push(markdownTable(TARGET_COLUMNS, targets.map(targetRow)));
  if (notes.length > 0) parts.push(notes.map((note) => `- ${note}`).join("\n"));
  return parts.join("\n\n");
}

/** All targets of a run in one table. */
export const presentTargets = (results: readonly MeasureResult[]): string =>
  markdownTable(TARGET_COLUMNS, results.flatMap(({ targets }) => targets).map(targetRow));
