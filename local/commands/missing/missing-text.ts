import { tableRemedy } from "../../console/views/tables/table-remedy";
import type { Missing } from "./missing-data";
import { sentence } from "../terminal/sentence";

/**
 * Describes missing data for a person: what, why and what to do.
 * @param fileOf where the person finds an object of `paths`
 */
export function describeMissing(missing: Missing, fileOf = (path: string): string => path): string {
  return `${subjectOf(missing)}: ${causeOf(missing, fileOf)} ${remedyOf(missing)}`;
}

/** What is missing, as a sentence without its end. */
export function subjectOf({ kind, name, rows = 0 }: Missing): string {
  const one = rows === 1;
  switch (kind) {
    case "held":
      return `the table ${name} is held back`;
    case "failed":
      return `the table ${name} cannot be captured`;
    case "refused":
      return `the table ${name} is refused`;
    case "partial":
      return `the table ${name} is captured in part`;
    case "absent":
      return `the table ${name} is absent from the source`;
    case "quarantine":
      return `the table ${name} is in quarantine`;
    case "rejected":
      return `${rowsText(rows)} of the table ${name} ${one ? "was" : "were"} rejected and ${one ? "is" : "are"} missing`;
    case "waiting":
      return `${rowsText(rows)} of the warehouse table ${name} ${one ? "waits" : "wait"}`;
    case "mart":
      return `the mart ${name} is not as it is declared`;
  }
}

/** Why it is missing, as a sentence. */
function causeOf({ kind, reason, paths = [] }: Missing, fileOf: (path: string) => string): string {
  if (kind !== "rejected" || paths.length === 0) return sentence(reason);
  return sentence(`this run wrote the reasons to ${paths.map(fileOf).join(", ")}`);
}

function remedyOf({ kind, name }: Missing): string {
  switch (kind) {
    case "held":
      return `Or run npm run local -- --once --allow-deletes ${name}. See “A table is held back” in docs/runbook.md.`;
    case "quarantine":
      return tableRemedy(name, "quarantined").sentence;
    case "rejected":
      return "Correct them in the source, or delete them there. See “Rejected rows” in docs/runbook.md.";
    case "waiting":
      return "Bring the row that they refer to into the source, or correct the reference. See “Rows wait for a dimension” in docs/runbook.md.";
    case "mart":
      return "Remove the cause. The next run of load makes the mart again.";
    default:
      return tableRemedy(name, kind).sentence;
  }
}

const rowsText = (rows: number): string => `${rows} ${rows === 1 ? "row" : "rows"}`;
