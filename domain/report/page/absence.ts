import { momentText } from "../months";
import { behindOf, lackingOf, type Report } from "../report";

/** Why nobody can say from some marts that something does not exist. */
export type Gap =
  | { readonly kind: "behind"; readonly tables: string; readonly asOf: string }
  | { readonly kind: "incomplete"; readonly tables: string }
  | { readonly kind: "lacking"; readonly tables: string };

/** The gap of some marts; undefined if all their tables show the state of the source at `capturedAt`. */
export function gapOf(report: Report, ...marts: readonly string[]): Gap | undefined {
  const behind = behindOf(report, ...marts);
  const never = behind.filter(([, { asOf }]) => asOf === null);
  if (never.length > 0) return { kind: "incomplete", tables: namesOf(never) };
  const oldest = behind.map(([, { asOf }]) => asOf ?? "").sort()[0];
  if (oldest !== undefined) return { kind: "behind", tables: namesOf(behind), asOf: oldest };
  const lacking = lackingOf(report, ...marts);
  return lacking.length === 0 ? undefined : { kind: "lacking", tables: namesOf(lacking) };
}

const namesOf = (tables: readonly (readonly [string, unknown])[]): string =>
  tables.map(([table]) => table).join(", ");

/** Why and since when it is not known whether something exists: `not known since 20 Nov 2026, 10:00 UTC`. */
export function unknownText(gap: Gap): string {
  switch (gap.kind) {
    case "behind":
      return `not known since ${momentText(gap.asOf)}`;
    case "incomplete":
      return `not known, because ${gap.tables} never got all rows of the source`;
    case "lacking":
      return `not known, because rows of ${gap.tables} are missing`;
  }
}

/** The same as a sentence: `Not known since 20 Nov 2026, 10:00 UTC.` */
export function unknownSentence(gap: Gap): string {
  const unknown = unknownText(gap);
  return `${unknown.slice(0, 1).toUpperCase()}${unknown.slice(1)}.`;
}

/**
 * A sentence that something does not exist, as the page says it. Rows that have not arrived may prove it wrong. So over a
 * gap, the page says first that it is not known.
 */
export function absenceText(sentence: string, gap: Gap | undefined): string {
  if (gap === undefined) return sentence;
  const first = unknownSentence(gap);
  if (gap.kind === "incomplete") return first;
  return `${first} ${gap.kind === "behind" ? "Until then" : "According to the rows that arrived"}: ${sentence}`;
}
