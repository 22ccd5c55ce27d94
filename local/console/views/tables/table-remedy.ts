import type { SourceState } from "../../../../domain/log/source-status";
import type { WhatToDo } from "../../api";

const runIngest = { label: "Run ingest", request: { action: "run", stages: ["ingest"] } } as const;

/** The remedy for a source table that is behind, in short. docs/runbook.md has the long form. */
export function tableRemedy(table: string, state: Exclude<SourceState, "current">): WhatToDo {
  switch (state) {
    case "quarantined":
      return {
        sentence:
          "Change the contract of the table (of the example: in domain/shop/sources.ts), so that it fits the columns before and after the change. Then start the platform again. The rows that wait are processed in order. See “A table is quarantined” in docs/runbook.md.",
        action: null,
      };
    case "held":
      return {
        sentence:
          "Ask the owners of the source whether the rows should be gone. If not, restore them, and the next run of ingest takes them. If so, release the table. See “A table is held back” in docs/runbook.md.",
        action: { label: `Release ${table}`, request: { action: "release", tables: [table] } },
      };
    case "failed":
      return {
        sentence:
          "Remove the cause in the source. Each run of ingest tries the table again. See “A table cannot be captured” in docs/runbook.md.",
        action: runIngest,
      };
    case "absent":
      return {
        sentence:
          "Create the table again in the source, or remove the cause. Each run of ingest looks for it. If the table is gone for good, its rows stay in the warehouse as they were. See “A table is absent” in docs/runbook.md.",
        action: runIngest,
      };
    case "refused":
      return {
        sentence:
          "Do in the source what the reason says. The next run of ingest then takes the table. See “A table is refused” in docs/runbook.md.",
        action: runIngest,
      };
    case "partial":
      return {
        sentence: "Wait: each run of ingest captures more of its rows.",
        action: runIngest,
      };
  }
}
