import type { RecordBatch } from "apache-arrow";
import { bytesOf } from "../../../domain/formats/columnar/size";
import { gatherBatch } from "../../../domain/formats/columnar/take";
import type { Feed } from "../../../domain/model/table";
import { itemAt } from "../../../domain/formats/at";
import type { RowKey } from "../../../domain/state/row-key";
import { measureJoinedRows, splitBySize } from "../../../domain/transform/join-rows";
import type { Lookups } from "../../../domain/transform/transform";
import type { TableState } from "../state/table-state";
import { followJoins, type StateOf } from "./follow-joins";

/** Some rows of a driver, and all rows joined to them. */
export interface DriverRows {
  readonly batch: RecordBatch;
  readonly lookups: Lookups;
}

/** Bounds of the memory that joins take. Smaller in tests. */
interface JoinLimits {
  /**
   * The bytes of the driver's rows that are looked up together, and the bytes of the rows joined to them. If
   * neighbouring rows refer to distant rows, a higher limit reads each leaf of a joined table fewer times.
   */
  readonly lookupBytes: number;
  /** The rows of a batch. */
  readonly rows: number;
  /** The bytes of a batch with its joined rows. A single row may be larger. */
  readonly bytes: number;
}

const JOIN_LIMITS: JoinLimits = { lookupBytes: 8 * 1024 * 1024, rows: 4096, bytes: 4 * 1024 * 1024 };

/** The number of keys that are looked up together in the driver. */
const KEYS = 65_536;

/** Reads the present rows of some keys, in batches of at most `lookupBytes`; a single row may be larger. */
export async function* readRowsOfKeys(
  state: Pick<TableState, "find">,
  keys: readonly RowKey[],
  { lookupBytes } = JOIN_LIMITS,
): AsyncGenerator<RecordBatch> {
  let take = KEYS;
  for (let start = 0; start < keys.length;) {
    const found = await state.find(keys.slice(start, start + take), lookupBytes);
    if (found === undefined) {
      take = Math.max(1, take >> 1);
      continue;
    }
    start += take;
    take = Math.min(KEYS, take * 2);
    yield found.batch;
  }
}

/** Joins the rows of a driver, in their order, and splits them into batches of bounded size. */
export async function* joinRows(
  feed: Feed,
  driver: AsyncIterable<RecordBatch>,
  { stateOf, limits = JOIN_LIMITS }: { readonly stateOf: StateOf; readonly limits?: JoinLimits },
): AsyncGenerator<DriverRows> {
  const { lookupBytes } = limits;
  let together = lookupBytes;
  let waiting: RecordBatch[] = [];
  let bytes = 0;

  const flush = async function* (): AsyncGenerator<DriverRows> {
    let queue = waiting;
    [waiting, bytes] = [[], 0];
    while (queue.length > 0) {
      const some = firstOf(queue, together);
      const rows = some.reduce((sum, { numRows }) => sum + numRows, 0);
      const found = await followJoins(feed, some, { stateOf, maxBytes: rows === 1 ? Infinity : lookupBytes });
      if (found === undefined) {
        // The next rows are probably as large.
        together = some.reduce((sum, batch) => sum + bytesOf(batch), 0) / 2;
        if (some.length === 1) queue = [...halves(feed, itemAt(some, 0)), ...queue.slice(1)];
        continue;
      }
      queue = queue.slice(some.length);
      together = Math.min(lookupBytes, together * Math.max(1, lookupBytes / (2 * Math.max(1, found.bytes))));
      yield* splitJoinedRows(feed, some, { lookups: found.lookups, limits });
    }
  };

  for await (const batch of driver) {
    if (batch.numRows === 0) continue;
    if (bytes + bytesOf(batch) > together) yield* flush();
    waiting.push(batch);
    bytes += bytesOf(batch);
    // Flush before reading the next batch, which may be large too.
    if (bytes >= together) yield* flush();
  }
  yield* flush();
}

/** The first batches that have at most `maxBytes` together; at least one batch. */
function firstOf(batches: readonly RecordBatch[], maxBytes: number): RecordBatch[] {
  let bytes = 0;
  const end = batches.findIndex((batch, index) => {
    bytes += bytesOf(batch);
    return bytes > maxBytes && index > 0;
  });
  return batches.slice(0, end === -1 ? batches.length : end);
}

const halves = (feed: Feed, batch: RecordBatch): RecordBatch[] => {
  const middle = batch.numRows >> 1;
  return [rowsBetween(feed, batch, 0, middle), rowsBetween(feed, batch, middle, batch.numRows)];
};

const rowsBetween = ({ source }: Feed, batch: RecordBatch, start: number, end: number): RecordBatch =>
  start === 0 && end === batch.numRows
    ? batch
    : gatherBatch([batch], source.columns, {
        rows: Int32Array.from({ length: end - start }, (_, row) => start + row),
      });

/** Splits joined batches; `lookups` has the rows joined to all of them. */
function* splitJoinedRows(
  feed: Feed,
  batches: readonly RecordBatch[],
  { lookups, limits }: { readonly lookups: Lookups; readonly limits: JoinLimits },
): Generator<DriverRows> {
  const sizes = measureJoinedRows(batches, lookups);
  let before = 0;
  for (const batch of batches) {
    let start = 0;
    for (const length of splitBySize(sizes.subarray(before, before + batch.numRows), limits)) {
      const end = start + length;
      yield {
        batch: rowsBetween(feed, batch, start, end),
        lookups: new Map(
          [...lookups].map(([name, joined]) => [
            name,
            { batch: joined.batch, rows: joined.rows.subarray(before + start, before + end) },
          ]),
        ),
      };
      start = end;
    }
    before += batch.numRows;
  }
}
