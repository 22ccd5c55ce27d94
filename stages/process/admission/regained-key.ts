import { asStream } from "../../../domain/formats/as-stream";
import { keysAsCsv } from "../../../domain/formats/csv/fields";
import { readRuns } from "../../../domain/formats/csv/key-runs";
import { keyTextsAsCsv, readKeyTexts, type KeyText } from "../../../domain/formats/csv/key-texts";
import type { TableCapture } from "../../../domain/log/commit";
import type { SourceTable } from "../../../domain/model/source";
import { paddedColumns } from "../../../domain/transform/contract/contract";
import { identifiesByKey, keyIn } from "../../../domain/transform/contract/contract-key";
import type { AdmittedCapture } from "../../../domain/transform/contract/quarantine";
import type { CommitContext } from "../context";

type Store = CommitContext["ingested"]["store"];

/**
 * Finds the deletes of captures during which the source had another primary key. The files of deleted rows have the
 * columns of that key, and an update could change the key of the contract. So compare the keys of the contract before
 * these captures with the keys after them.
 * @param captures what waited, in order; after the last, the source has the key of the contract again
 * @param before the capture before them, if there is one
 * @returns the captures; the last has all deletes
 */
export async function withRegainedKey(
  contract: SourceTable,
  captures: readonly AdmittedCapture[],
  { before, store }: { readonly before: TableCapture | undefined; readonly store: Store },
): Promise<readonly AdmittedCapture[]> {
  const last = captures.at(-1);
  if (last === undefined) return captures;
  const gone = before === undefined ? new Set<KeyText>() : await knownKeys(contract, before, store);
  for (const { capture } of captures)
    for (const { key } of capture.files)
      for await (const keys of keysIn(await store.stream(key), contract, capture))
        for (const one of keys) gone.add(one);
  for (const key of await knownKeys(contract, last.capture, store)) gone.delete(key);
  return captures.map(({ number, capture }) => {
    const deletedKeys = number === last.number ? [...gone] : [];
    return { number, capture: { ...capture, deleted: { rows: deletedKeys.length, files: [] } }, deletedKeys };
  });
}

/** The files with the keys of the deleted rows of a capture, as CSV. */
export async function* deletedKeyFiles(
  source: SourceTable,
  { capture, deletedKeys }: AdmittedCapture,
  store: Store,
): AsyncGenerator<AsyncIterable<Uint8Array>, void, undefined> {
  if (deletedKeys !== undefined) yield asStream(keyTextsAsCsv(deletedKeys, source));
  else for (const { key } of capture.deleted.files) yield await store.stream(key);
}

/** The keys of all rows that a table had at a capture; none when ingest identified them by other columns. */
async function knownKeys(contract: SourceTable, capture: TableCapture, store: Store): Promise<Set<KeyText>> {
  const known = new Set<KeyText>();
  if (!identifiesByKey(contract, capture)) return known;
  const columns = keyIn(contract, capture);
  for (const { kind, key } of capture.keys) {
    const bytes = await store.stream(key);
    const rows = kind === "runs" ? runsAsRows(bytes, columns) : bytes;
    for await (const keys of keysIn(rows, contract, capture))
      for (const one of keys)
        if (kind === "tombstones") known.delete(one);
        else known.add(one);
  }
  return known;
}

async function* runsAsRows(
  bytes: AsyncIterable<Uint8Array>,
  columns: readonly string[],
): AsyncGenerator<Uint8Array> {
  const numbers: string[] = [];
  for await (const runs of readRuns(bytes))
    for (const { first, last } of runs)
      for (let number = first; number <= last; number++) numbers.push(String(number));
  yield* keysAsCsv(numbers, columns);
}

const keysIn = (
  chunks: AsyncIterable<Uint8Array>,
  contract: SourceTable,
  capture: TableCapture,
): ReturnType<typeof readKeyTexts> => readKeyTexts(chunks, contract, { padded: paddedColumns(capture) });
