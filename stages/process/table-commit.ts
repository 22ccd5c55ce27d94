import type { DataFile, WarehousePart, WarehouseTableCommit } from "../../domain/log/commit";

/** What the commit says of a table; undefined when it got nothing. */
export function tableCommit(parts: readonly WarehousePart[]): WarehouseTableCommit | undefined {
  const filled = parts.filter(({ files, tombstones }) => files.length + tombstones.length > 0);
  if (filled.length === 0) return undefined;
  const sum = (of: (part: WarehousePart) => readonly DataFile[]): number =>
    filled.flatMap(of).reduce((total, { rows }) => total + rows, 0);
  return { rows: sum(({ files }) => files), deleted: sum(({ tombstones }) => tombstones), parts: filled };
}
