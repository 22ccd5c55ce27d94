import type { ObjectStore } from "../../../adapters/lake/object-store";
import { asStream } from "../../../domain/formats/as-stream";
import type { DataFile } from "../../../domain/log/commit";
import { dataKey } from "../../../domain/log/keys";
import type { RejectedRow } from "../../../domain/transform/rejection";

/** Collects the rejected rows of a commit, as NDJSON files of a bounded size. */
export interface RejectedRows {
  add(row: RejectedRow): void;
  /** Writes the collected lines to a file when they exceed a size; call it regularly. */
  spill(): Promise<void>;
  /** Adds files that a task has already written. */
  include(written: { readonly rows: number; readonly files: readonly DataFile[] }): void;
  finish(): Promise<{ readonly rows: number; readonly files: DataFile[] }>;
}

/** Lines are held in memory up to this many characters. */
const SPILL_CHARACTERS = 4 * 1024 * 1024;

/** Files go to `rejected/YYYY/MM/DD/<source table>/<time>.ndjson`. */
export function rejectedRows(target: {
  readonly store: ObjectStore;
  readonly now: () => Date;
}): RejectedRows {
  const waiting = new Map<string, string[]>();
  const files: DataFile[] = [];
  let characters = 0;

  const write = async (): Promise<void> => {
    // New rows may arrive while these are being written.
    const taken = [...waiting];
    waiting.clear();
    characters = 0;
    for (const [table, lines] of taken) {
      const key = dataKey({ at: target.now(), table, extension: "ndjson", folder: "rejected" });
      const body = new TextEncoder().encode(`${lines.join("\n")}\n`);
      await target.store.upload(key, asStream([body]));
      files.push({ key, rows: lines.length, bytes: body.length });
    }
  };

  return {
    add: (row) => {
      const line = JSON.stringify(row);
      const lines = waiting.get(row.table) ?? [];
      lines.push(line);
      waiting.set(row.table, lines);
      characters += line.length;
    },
    spill: async () => {
      if (characters > SPILL_CHARACTERS) await write();
    },
    include: (written) => void files.push(...written.files),
    finish: async () => {
      await write();
      return { rows: files.reduce((sum, { rows }) => sum + rows, 0), files };
    },
  };
}
