import { asStream } from "../../../domain/formats/as-stream";
import { readKeyTexts, type KeyText } from "../../../domain/formats/csv/key-texts";
import { readLines } from "../../../domain/formats/lines";
import { emptyByName } from "../../../domain/log/by-name";
import type { DataFile, ProcessCommit } from "../../../domain/log/commit";
import { dataKey } from "../../../domain/log/keys";
import { feedsIn, isDirect } from "../../../domain/model/joined-feeds";
import { contractsOf, type Model } from "../../../domain/model/model";
import type { SourceTable } from "../../../domain/model/source";
import { paddedColumns } from "../../../domain/transform/contract/contract";
import { keyIn } from "../../../domain/transform/contract/contract-key";
import { MissingRows, type MissingRow } from "../../../domain/transform/missing-rows";
import type { AdmittedCapture } from "../../../domain/transform/contract/quarantine";
import type { RejectedRow } from "../../../domain/transform/rejection";
import { capturesOf } from "../batches";
import type { CommitContext } from "../context";
import { deletedKeyFiles } from "../admission/regained-key";

/** The part of a commit about rows that were rejected and are still missing. */
type MissingInCommit = Required<Pick<ProcessCommit, "missing" | "resolved">> & {
  /** The number of missing rows, by source table of the model. */
  readonly counts: ReadonlyMap<string, number>;
};

/**
 * Opens the missing rows of the previous commit. For a commit that stored no keys, only their number is known. Rows
 * that the model no longer reads are not missing.
 */
export async function openMissing({
  previous,
  processed,
  model,
}: Pick<CommitContext, "previous" | "processed" | "model">): Promise<MissingRows> {
  const { missing, sources } = previous ?? {};
  const contracts = contractsOf(model);
  const isRead = ([table]: readonly [string, number]): boolean => contracts.has(table);
  if (missing === undefined) {
    const counted = Object.entries(sources ?? {}).map(([table, { rejected }]) => [table, rejected] as const);
    return new MissingRows([], counted.filter(isRead));
  }
  const targets = new Set(feedsIn(model).map(({ table, feed }) => feedOf(feed.source.name, table.name)));
  const rows: MissingRow[] = [];
  for (const { key } of missing.files)
    for await (const line of readLines(await processed.store.stream(key))) {
      const row = JSON.parse(line) as MissingRow;
      const { table, target } = row;
      if (target === null ? contracts.has(table) : targets.has(feedOf(table, target))) rows.push(row);
    }
  return new MissingRows(rows, Object.entries(missing.more).filter(isRead));
}

const feedOf = (table: string, target: string): string => JSON.stringify([table, target]);

/**
 * Updates the missing rows, capture by capture. It adds rejected rows, and resolves rows that were captured or deleted.
 * @param rejected the files of the rows that the commit rejected
 */
export async function findMissing(
  context: CommitContext,
  rejected: readonly DataFile[],
): Promise<MissingInCommit> {
  const { missing, model, recomputed } = context;
  const contracts = contractsOf(model);
  await addRejected(rejected, context, contracts);
  const captures = [...contracts.values()]
    .flatMap((source) => capturesOf(source, context).map((captured) => ({ source, captured })))
    .sort((a, b) => a.captured.number - b.captured.number);
  for (const { source, captured } of captures) await resolveCaptured(source, captured, context);
  for (const { table, target, key, commit } of recomputed.rows)
    missing.resolve({ table, key, commit, of: (lacking) => lacking === target });
  const counts = new Map([...contracts.keys()].map((table) => [table, missing.countOf(table)]));
  return { ...(await writeMissing(context)), counts };
}

/** Resolves the missing rows of a table that a capture brought or found deleted. */
async function resolveCaptured(
  source: SourceTable,
  captured: AdmittedCapture,
  { missing, ingested, model }: CommitContext,
): Promise<void> {
  const { number: commit, capture } = captured;
  const table = source.name;
  const hasAll = capture.mode === "full" && capture.recapture && capture.slice === null;
  const { direct, joined } = targetsOf(source, model);
  if (missing.lacksAny(table, commit)) {
    const isBrought = (target: string | null): boolean => target === null || direct.has(target);
    const brought = new Set<KeyText>();
    const padded = paddedColumns(capture);
    for (const file of capture.files)
      for await (const keys of readKeyTexts(await ingested.store.stream(file.key), source, { padded }))
        for (const key of keys)
          if (missing.lacks(table, key)) {
            brought.add(key);
            // A row of a joined table is not resolved before it is recomputed.
            missing.resolve({ table, key, commit, of: isBrought });
          }
    const identity = capture.identity ?? capture.key;
    // The files of deleted rows have the columns that distinguish rows in the source.
    if (keyIn(source, { ...capture, key: identity }).every((column) => identity.includes(column)))
      for await (const chunks of deletedKeyFiles(source, captured, ingested.store))
        for await (const keys of readKeyTexts(chunks, source, { padded }))
          for (const key of keys) missing.resolve({ table, key, commit, deleted: true });
    if (hasAll) missing.resolveOthers(table, commit, brought);
  }
  // Unchanged rows of joined tables are not recomputed, so they are not checked.
  if (hasAll && !joined) missing.forgetUntracked(table, commit);
}

/** The warehouse tables made only of a row of the table, and whether there are others. */
function targetsOf(
  { name }: SourceTable,
  model: Model,
): { readonly direct: ReadonlySet<string>; readonly joined: boolean } {
  const feeds = feedsIn(model).filter(({ feed }) => feed.source.name === name);
  const direct = feeds.filter(isDirect);
  return { direct: new Set(direct.map(({ table }) => table.name)), joined: direct.length < feeds.length };
}

/** Number of lines whose keys are read together. */
const LINES_TOGETHER = 1000;

/** Adds the rows that a commit rejected. */
async function addRejected(
  files: readonly DataFile[],
  context: CommitContext,
  contracts: ReadonlyMap<string, SourceTable>,
): Promise<void> {
  const note = async (lines: readonly RejectedRow[]): Promise<void> => {
    for (const [{ commit, table, target = null, header }, records] of groupRows(lines)) {
      const source = contracts.get(table);
      if (source === undefined) continue;
      const captured = capturesOf(source, context).find(({ number }) => number === commit);
      const padded = captured === undefined ? [] : paddedColumns(captured.capture);
      const file = new TextEncoder().encode([header, ...records, ""].join("\n"));
      const blockBytes = file.length;
      for await (const keys of readKeyTexts(asStream([file]), source, { padded, blockBytes }))
        for (const key of keys) context.missing.reject({ table, target, key }, commit);
    }
  };
  for (const { key: file } of files) {
    let lines: RejectedRow[] = [];
    for await (const line of readLines(await context.processed.store.stream(file))) {
      lines.push(JSON.parse(line) as RejectedRow);
      if (lines.length < LINES_TOGETHER) continue;
      await note(lines);
      lines = [];
    }
    await note(lines);
  }
}

/** The rows that can be read as one CSV file: each group with its first row. */
function groupRows(lines: readonly RejectedRow[]): readonly (readonly [RejectedRow, readonly string[]])[] {
  const groups = new Map<string, [RejectedRow, string[]]>();
  for (const line of lines) {
    const name = JSON.stringify([line.commit, line.table, line.target, line.header]);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [line, [line.row]]);
    else group[1].push(line.row);
  }
  return [...groups.values()];
}

async function writeMissing(context: CommitContext): Promise<Pick<MissingInCommit, "missing" | "resolved">> {
  const { missing, previous } = context;
  const { resolved } = missing;
  const more = Object.assign(emptyByName<number>(), Object.fromEntries(missing.more));
  const before = previous?.missing?.files;
  // Rows that the model no longer reads are in the file of the previous commit.
  const isSame = !missing.changed && before?.reduce((sum, { rows }) => sum + rows, 0) === missing.size;
  const files =
    before !== undefined && isSame
      ? before
      : await writeLines("missing", { rows: missing.size, lines: missing.rows() }, context);
  const resolvedFiles = await writeLines("resolved", { rows: resolved.length, lines: resolved }, context);
  return { missing: { files, more }, resolved: { rows: resolved.length, files: resolvedFiles } };
}

async function writeLines(
  table: string,
  { rows, lines }: { readonly rows: number; readonly lines: Iterable<object> },
  { processed, now }: Pick<CommitContext, "processed" | "now">,
): Promise<DataFile[]> {
  if (rows === 0) return [];
  const key = dataKey({ at: now(), table, extension: "ndjson", folder: "state" });
  return [{ key, rows, bytes: await processed.store.upload(key, asStream(encodeLines(lines))) }];
}

/** Number of lines that are encoded together. */
const LINES_IN_CHUNK = 1000;

function* encodeLines(lines: Iterable<object>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  let texts: string[] = [];
  for (const line of lines) {
    texts.push(`${JSON.stringify(line)}\n`);
    if (texts.length < LINES_IN_CHUNK) continue;
    yield encoder.encode(texts.join(""));
    texts = [];
  }
  yield encoder.encode(texts.join(""));
}
