import type { DataFile, WarehousePart, WarehouseTableCommit } from "../../../domain/log/commit";

/** The results of the captures, in order, each with the name of its warehouse table. */
export type TableParts = readonly (readonly [table: string, part: WarehousePart])[];

/** The entries of the commit for the tables that got something. */
export function tableCommits(made: TableParts): Record<string, WarehouseTableCommit> {
  const parts = new Map<string, WarehousePart[]>();
  for (const [table, part] of made)
    if (part.files.length + part.tombstones.length > 0) parts.set(table, [...(parts.get(table) ?? []), part]);
  const sum = (of: readonly (readonly DataFile[])[]): number =>
    of.flat().reduce((total, { rows }) => total + rows, 0);
  return Object.fromEntries(
    [...parts].map(([table, of]) => [
      table,
      {
        rows: sum(of.map(({ files }) => files)),
        deleted: sum(of.map(({ tombstones }) => tombstones)),
        parts: of,
      },
    ]),
  );
}
