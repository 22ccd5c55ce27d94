import { mirrorName } from "../warehouse/mirror/mirrored-table";
import type { DataFile, ProcessCommit } from "./commit";

/** The files that a commit has for a warehouse table; mirrored tables included. */
interface WrittenTable {
  readonly rows: number;
  /** Files of rows, and of the keys of deleted rows. */
  readonly files: readonly DataFile[];
}

/** The tables for which a commit of the processed bucket has files, by their names in the log. */
export function writtenTables({
  tables,
  mirror,
}: Pick<ProcessCommit, "tables" | "mirror">): readonly (readonly [string, WrittenTable])[] {
  const filesOf = (
    parts: readonly { readonly files: readonly DataFile[]; readonly tombstones: readonly DataFile[] }[],
  ): readonly DataFile[] => parts.flatMap(({ files, tombstones }) => [...files, ...tombstones]);
  return [
    ...Object.entries(tables).map(([name, { rows, parts }]): [string, WrittenTable] => [
      name,
      { rows, files: filesOf(parts) },
    ]),
    ...Object.entries(mirror?.parts ?? {}).map(([name, parts]): [string, WrittenTable] => [
      mirrorName(name),
      {
        rows: parts.flatMap(({ files }) => files).reduce((sum, { rows }) => sum + rows, 0),
        files: filesOf(parts),
      },
    ]),
  ];
}
