import type { TablePlan } from "../../domain/capture/capture";
import type { TableDescription } from "../../domain/capture/table-description";
import type { DataFile, TableCapture } from "../../domain/log/commit";
import { keysAsCsv, readKeys } from "../../domain/formats/csv/fields";
import { asStream } from "../../domain/formats/as-stream";
import { readRuns, runsAsCsv } from "../../domain/formats/csv/key-runs";
import { identityOf } from "../../domain/capture/source-identity";
import { keySet, type KeySet } from "../../domain/capture/key-set";
import { dataKey } from "../../domain/log/keys";
import type { CaptureContext } from "./context";

type KeyFile = TableCapture["keys"][number];

/** The keys of all rows that a table had at its last capture. */
export async function readKnownKeys(previous: TableCapture, { store }: CaptureContext): Promise<KeySet> {
  const keys = keySet();
  for (const { kind, key } of previous.keys) {
    const bytes = await store.stream(key);
    if (kind === "runs") for await (const runs of readRuns(bytes)) for (const run of runs) keys.addRun(run);
    else {
      for await (const some of readKeys(bytes, previous.identity ?? previous.key)) {
        for (const one of some) {
          if (kind === "rows") keys.add(one);
          else keys.delete(one);
        }
      }
    }
  }
  return keys;
}

/** With more files than this, the known keys are compacted. */
const MAX_FILES = 64;
/** Compacting pays from this size on. */
const MIN_BYTES = 64 * 1024;

/** The files that contain the keys of all rows after this capture. */
export async function extendKnownKeys(options: {
  table: TableDescription;
  previous: TableCapture | undefined;
  plan: TablePlan;
  files: readonly DataFile[];
  tombstones: readonly DataFile[];
  /** The known keys, if they were read. */
  known: KeySet | undefined;
  context: CaptureContext;
}): Promise<KeyFile[]> {
  const { table, previous, plan, files, tombstones, known, context } = options;
  const identity = identityOf(table, previous);
  if (identity.length === 0) return [];
  const rows = files.map(keyFile("rows"));
  if (plan.mode === "full" || previous === undefined) return rows;
  const before = previous.keys.reduce((sum, { bytes }) => sum + bytes, 0);
  const shrinks = known !== undefined && before > MIN_BYTES && before > 2 * compactBytes(known);
  if (!shrinks && previous.keys.length <= MAX_FILES)
    return [...previous.keys, ...tombstones.map(keyFile("tombstones")), ...rows];
  const all = known ?? (await readKnownKeys(previous, context));
  return [...(await compact({ name: table.name, identity }, all, context)), ...rows];
}

const keyFile =
  (kind: KeyFile["kind"]) =>
  ({ key, bytes }: Pick<DataFile, "key" | "bytes">): KeyFile => ({ kind, key, bytes });

/** The approximate size of a compacted set of keys. */
function compactBytes(keys: KeySet): number {
  let bytes = 0;
  for (const { first, last } of keys.runs()) bytes += String(first).length + String(last).length + 2;
  for (const text of keys.texts()) bytes += text.length + 3;
  return bytes;
}

interface KeyedTable {
  readonly name: string;
  readonly identity: readonly string[];
}

/** Writes the keys into new files that hold nothing else. */
async function compact(table: KeyedTable, keys: KeySet, context: CaptureContext): Promise<KeyFile[]> {
  const [hasRuns, hasTexts] = [!isEmpty(keys.runs()), !isEmpty(keys.texts())];
  return [
    ...(hasRuns ? [await writeKeys("runs", runsAsCsv(keys.runs()), table, context)] : []),
    ...(hasTexts ? [await writeKeys("rows", keysAsCsv(keys.texts(), table.identity), table, context)] : []),
  ];
}

async function writeKeys(
  kind: KeyFile["kind"],
  chunks: Iterable<Uint8Array>,
  { name }: KeyedTable,
  { store, now }: CaptureContext,
): Promise<KeyFile> {
  const key = dataKey({ at: now(), table: name, extension: "csv", folder: "keys" });
  return keyFile(kind)({ key, bytes: await store.upload(key, asStream(chunks)) });
}

function isEmpty(values: Iterable<unknown>): boolean {
  for (const _ of values) return false;
  return true;
}
