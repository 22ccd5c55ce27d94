import { model } from "../../../domain/declarations";
import { asStream } from "../../../domain/formats/as-stream";
import { readKeyTexts, type KeyText } from "../../../domain/formats/csv/key-texts";
import type { DataFile } from "../../../domain/log/commit";
import { commitNumber } from "../../../domain/log/keys";
import { contractsOf } from "../../../domain/model/model";
import { paddedColumns } from "../../../domain/transform/contract/contract";
import type { MissingRow, ResolvedRow } from "../../../domain/transform/missing-rows";
import type { RejectedRow } from "../../../domain/transform/rejection";
import type { RowSince } from "../api";
import type { LakeReader } from "../objects/lake-reader";
import { linesOf } from "../objects/lake-lines";

/** A rejected row, with its key. */
type Keyed = Pick<MissingRow, "table" | "target" | "key"> & { readonly commit: number };

/**
 * Finds what happened to rejected rows later, in their order.
 * @param resolved the files of missing rows that later commits brought or found deleted
 */
export async function findRowOutcomes(
  lake: LakeReader,
  rows: readonly RejectedRow[],
  resolved: readonly DataFile[],
): Promise<readonly RowSince[]> {
  if (rows.length === 0) return [];
  const keyed = await Promise.all(rows.map((row) => keyedRow(lake, row)));
  const known = keyed.filter((row) => row !== undefined);
  const wanted = new Set(known.map(nameOf));
  const came: ResolvedRow[] = [];
  for (const file of resolved)
    for await (const row of linesOf<ResolvedRow>(lake, file)) if (wanted.has(nameOf(row))) came.push(row);
  const missing: MissingRow[] = [];
  for (const file of (await lake.processed.head())?.commit.missing?.files ?? [])
    for await (const row of linesOf<MissingRow>(lake, file)) if (wanted.has(nameOf(row))) missing.push(row);
  return keyed.map((row) =>
    row === undefined ? { state: "unknown" } : outcomeOf(row, { rejected: known, came, missing }),
  );
}

const nameOf = ({ table, key }: Pick<MissingRow, "table" | "key">): string => JSON.stringify([table, key]);

/** The first outcome of a row after its rejection. */
export function outcomeOf(
  row: Keyed,
  {
    rejected,
    came,
    missing,
  }: {
    readonly rejected: readonly Keyed[];
    readonly came: readonly ResolvedRow[];
    /** The currently missing rows. */
    readonly missing: readonly MissingRow[];
  },
): RowSince {
  const isSame = (other: Pick<MissingRow, "table" | "key">): boolean => nameOf(other) === nameOf(row);
  const ofTarget = ({ target }: Pick<MissingRow, "target">): boolean => target === row.target;
  const events: Exclude<RowSince, { readonly state: "missing" | "unknown" }>[] = [
    ...rejected
      // A row that could not be decoded is missing in every table.
      .filter((other) => isSame(other) && (ofTarget(other) || other.target === null || row.target === null))
      .map(({ commit }) => ({ state: "rejected again" as const, commit })),
    ...came
      .filter((other) => isSame(other) && ofTarget(other))
      .map(({ commit, deleted }) => ({
        state: deleted ? ("deleted" as const) : ("corrected" as const),
        commit,
      })),
  ];
  const [first] = events.filter(({ commit }) => commit > row.commit).sort((a, b) => a.commit - b.commit);
  if (first !== undefined) return first;
  return { state: missing.some((other) => isSame(other) && ofTarget(other)) ? "missing" : "unknown" };
}

async function keyedRow(lake: LakeReader, row: RejectedRow): Promise<Keyed | undefined> {
  const { commit, table, target = null } = row;
  const contract = contractsOf(model).get(table);
  if (contract === undefined) return undefined;
  const capture = (await lake.ingested.read(commitNumber(commit)))?.tables[table];
  const file = new TextEncoder().encode(`${row.header}\n${row.row}\n`);
  const padded = capture === undefined ? [] : paddedColumns(capture);
  for await (const keys of readKeyTexts(asStream([file]), contract, { padded, blockBytes: file.length })) {
    const [key] = keys satisfies readonly KeyText[];
    if (key !== undefined) return { commit, table, target, key };
  }
  return undefined;
}
