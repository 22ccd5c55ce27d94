import { RecordBatchStreamWriter } from "apache-arrow";
import { expect } from "chai";
import fc from "fast-check";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { leafCache } from "../../../../adapters/state/leaf-cache";
import { objectStore, type ObjectStore } from "../../../../adapters/lake/object-store";
import type { Value } from "../../../../domain/formats/columnar/read";
import { dataKey } from "../../../../domain/log/keys";
import { bigint, boolean, decimal, integer, text } from "../../../../domain/model/types";
import type { Rejections } from "../../../../domain/transform/rejection";
import { keysOf } from "../../../../domain/state/changes";
import { compareKeys, keyReader, type RowKey } from "../../../../domain/state/row-key";
import { columnData } from "../../../../domain/formats/columnar/arrow";
import { startS3, type S3Server } from "../../../../local/cloud/s3/server";
import { monotonicClock } from "../../../../stages/shared/clock";
import {
  openTableState,
  type StateSpec,
  type TableState,
} from "../../../../stages/process/state/table-state";
import { batchOfObjects, objectsOf } from "../../../support/formats/columnar";
import { failureOf } from "../../../support/failure";
import { memoryStore } from "../../../support/pipeline/memory-store";
import { s3Client } from "../../../support/pipeline/pipeline";

type Plain = Readonly<Record<string, Value>>;

/** Chunks are merged one by one; now and then one by one; all together; or two at a time. */
const RUN_LIMITS = [
  { cheapFactor: Infinity, mostRuns: 1_000 },
  { cheapFactor: 15, mostRuns: 1_000 },
  { cheapFactor: 0, mostRuns: 1_000 },
  { cheapFactor: 0, mostRuns: 2 },
] as const;

/** Small enough that some rows make many leaves, chunks and segments. */
const SMALL = { size: { target: 150, most: 300 }, chunkRows: 7, segmentBytes: 4_000, groupBytes: 700 };

const not = <T>(value: T, nullable = false): { type: T; nullable: boolean } => ({ type: value, nullable });

/** Tables with keys of several kinds; `parent` refers to another table. */
const SPECS: Readonly<Record<string, StateSpec>> = {
  "an integer": {
    name: "line",
    columns: {
      id: not(integer),
      parent: not(integer, true),
      note: not(text, true),
      flag: not(boolean, true),
    },
    key: ["id"],
    indexes: [["parent"]],
  },
  "a bigint that may be large": {
    name: "line",
    columns: { id: not(bigint), parent: not(bigint, true), note: not(text, true), flag: not(boolean, true) },
    key: ["id"],
    indexes: [["parent"]],
  },
  "a text": {
    name: "line",
    columns: { id: not(text), parent: not(text, true), note: not(text, true), flag: not(boolean, true) },
    key: ["id"],
    indexes: [["parent"], ["parent", "id"]],
  },
  "a decimal": {
    name: "line",
    columns: { id: not(decimal(12, 2)), parent: not(integer, true), note: not(text), flag: not(boolean) },
    key: ["id"],
    indexes: [["parent"]],
  },
  "two columns": {
    name: "line",
    columns: { parent: not(integer), id: not(text), note: not(text, true), flag: not(boolean, true) },
    key: ["parent", "id"],
    indexes: [["parent"], ["id", "parent"], ["note"]],
  },
};

const values: Record<string, fc.Arbitrary<Value>> = {
  integer: fc.oneof(fc.integer({ min: -6, max: 6 }), fc.constantFrom(-(2 ** 31), 2 ** 31 - 1)),
  bigint: fc.oneof(
    fc.integer({ min: -4, max: 4 }).map(BigInt),
    fc.constantFrom(
      2n ** 53n - 1n,
      2n ** 53n,
      2n ** 53n + 1n,
      2n ** 63n - 1n,
      -(2n ** 63n),
      -(2n ** 53n) - 1n,
    ),
  ),
  decimal: fc.oneof(fc.integer({ min: -9, max: 9 }).map(BigInt), fc.constantFrom(10n ** 17n, -(10n ** 17n))),
  text: fc.constantFrom("", "a", "ab", "b", "é", "\uffff", "😀", "a long text that fills a leaf ".repeat(3)),
  boolean: fc.boolean(),
};

/** The captured changes of a commit: deleted keys first, then rows. */
interface Captured {
  readonly rows: readonly Plain[];
  readonly deleted: readonly Plain[];
}

function captured({ columns, key }: StateSpec): fc.Arbitrary<Captured> {
  const row = fc.record(
    Object.fromEntries(
      Object.entries(columns).map(([name, { type, nullable }]) => {
        const value = values[type.kind]!;
        return [name, nullable ? fc.option(value, { nil: null }) : value];
      }),
    ),
  );
  const keyOnly = row.map((whole) => Object.fromEntries(key.map((name) => [name, whole[name]!])));
  return fc.record({ rows: fc.array(row, { maxLength: 25 }), deleted: fc.array(keyOnly, { maxLength: 8 }) });
}

describe("The state of a joined table", () => {
  let directory: string;
  let s3: S3Server;
  let store: ObjectStore;
  const now = monotonicClock();

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "marble-state-"));
    s3 = await startS3({ directory });
    await s3.createBucket("processed");
    store = objectStore("processed", s3Client(s3.url));
  });
  after(async () => {
    await s3.close();
    await rm(directory, { recursive: true, force: true });
  });

  const open = (spec: StateSpec, key: string | undefined, options = {}): Promise<TableState> =>
    openTableState(spec, key, { store, now, cache: leafCache(2_000), ...SMALL, ...options });

  const upserts = (
    spec: StateSpec,
    rows: readonly Plain[],
  ): { batch: ReturnType<typeof batchOfObjects>; rejections: Rejections }[] =>
    rows.map((row) => ({ batch: batchOfObjects(spec.columns, [row]), rejections: new Map() }));

  /** The present rows by key. */
  type Oracle = Map<string, Plain>;
  const plain = (row: Plain | undefined): string =>
    JSON.stringify(row, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
  const keyOf = ({ columns, key }: StateSpec, row: Plain): RowKey => {
    const only = Object.fromEntries(key.map((name) => [name, columns[name]!]));
    return keysOf({ columns: only, key }, batchOfObjects(only, [row]))(0);
  };
  const nameOf = (spec: StateSpec, row: Plain): string => String(keyOf(spec, row));

  /** Applies a capture to the oracle; returns the keys of the inserted, updated and deleted rows. */
  function applyTo(oracle: Oracle, spec: StateSpec, { rows, deleted }: Captured): string[] {
    const before = new Map(oracle);
    for (const key of deleted) oracle.delete(nameOf(spec, key));
    for (const row of rows) oracle.set(nameOf(spec, row), row);
    const names = new Set([...before.keys(), ...oracle.keys()]);
    return [...names].filter((name) => plain(before.get(name)) !== plain(oracle.get(name)));
  }

  async function assertHolds(state: TableState, oracle: Oracle, spec: StateSpec): Promise<void> {
    const rows = [...oracle.values()];
    const unknown = Object.fromEntries(
      spec.key.map((name) => [name, nowhere[spec.columns[name]!.type.kind]!]),
    );
    const keys = [...rows, unknown, ...rows.slice(0, 2)].map((row) => keyOf(spec, row));
    const found = (await state.find(keys))!;
    // Rows that are larger together than the limit are not returned, but a single row always is.
    if (rows.length > 1) expect(await state.find(keys, 1)).to.equal(undefined);
    if (rows.length > 0) expect((await state.find(keys.slice(0, 1), 1))?.batch.numRows).to.equal(1);
    const held = objectsOf(spec.columns, found.batch);
    expect([...found.rows].map((row) => plain(held[row]))).to.deep.equal(
      [...rows, undefined, ...rows.slice(0, 2)].map(plain),
    );
    const scanned: Plain[] = [];
    for await (const batch of state.scan()) scanned.push(...objectsOf(spec.columns, batch));
    const inOrder = rows.map((row) => keyOf(spec, row)).sort(compareKeys);
    expect(scanned.map((row) => keyOf(spec, row))).to.deep.equal(inOrder);
    expect(scanned.map(plain)).to.have.members(rows.map(plain));
    for (const index of spec.indexes) {
      const wanted = rows.filter((row) => index.every((name) => row[name] !== null));
      const half = wanted.filter((_, place) => place % 2 === 0);
      const types = index.map((name) => spec.columns[name]!.type);
      const valueOf = (row: Plain): RowKey => {
        const batch = batchOfObjects(spec.columns, [row]);
        return keyReader(
          types,
          index.map((name) => columnData(batch, name)),
        )(0)!;
      };
      const asked = half.map(valueOf);
      const expected = wanted.filter((row) => asked.includes(valueOf(row))).map((row) => keyOf(spec, row));
      const referring = (await state.findReferring(index, asked, expected.length))!;
      expect(referring.map(String).sort()).to.deep.equal(expected.map(String).sort());
      if (expected.length > 0)
        expect(await state.findReferring(index, asked, expected.length - 1)).to.equal(undefined);
    }
  }
  const nowhere: Record<string, Value> = { integer: 77, bigint: 77n, text: "nowhere", decimal: 77n };

  for (const [kind, spec] of Object.entries(SPECS)) {
    it(`equals plain maps after any captures, by ${kind}, in every commit's state`, () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(captured(spec), { minLength: 1, maxLength: 5 }),
          fc.constantFrom(7, 1_000),
          fc.constantFrom(...RUN_LIMITS),
          fc.constantFrom(5, Infinity),
          async (commits, chunkRows, runLimits, mostKeys) => {
            const memory = memoryStore();
            const oracle: Oracle = new Map();
            const past: { key: string | undefined; oracle: Oracle }[] = [];
            let key: string | undefined;
            const keyColumns = Object.fromEntries(spec.key.map((name) => [name, spec.columns[name]!]));
            for (const commit of commits) {
              const state = await open(spec, key, { chunkRows, runLimits, store: memory });
              const { rows, keys, deleted } = await state.apply(
                {
                  upserts: upserts(spec, commit.rows),
                  deletes: [batchOfObjects(keyColumns, commit.deleted)],
                },
                { mostKeys },
              );
              const expected = applyTo(oracle, spec, commit);
              if (keys === "too many" || deleted === "too many") expect(rows).to.be.greaterThan(mostKeys);
              else {
                expect(rows).to.equal(keys.length);
                expect(keys).to.include.members(deleted);
                const gone = expected.filter((name) => !oracle.has(name));
                expect(deleted.map(String)).to.include.members(gone);
                expect(keys.map(String)).to.include.members(expected);
                // The chunk that repeats a row checks it.
                if (chunkRows > 100) expect(new Set(keys.map(String))).to.deep.equal(new Set(expected));
              }
              const written = new Set<string>();
              for await (const batch of state.scanWritten())
                for (const row of objectsOf(spec.columns, batch)) written.add(nameOf(spec, row));
              expect([...written]).to.include.members(expected.filter((name) => oracle.has(name)));
              const named: string[] = [];
              for await (const some of state.writtenKeys()) named.push(...some.map(String));
              expect(named).to.have.members([...written]);
              for (const row of oracle.values())
                expect(state.isWritten(keyOf(spec, row))).to.equal(written.has(nameOf(spec, row)));
              await assertHolds(state, oracle, spec);
              key = await state.save();
              past.push({ key, oracle: new Map(oracle) });
            }
            for (const one of past)
              await assertHolds(await open(spec, one.key, { store: memory }), one.oracle, spec);
          },
        ),
        { numRuns: 40 },
      ));
  }

  const [LINES] = Object.values(SPECS) as [StateSpec];
  const line = (id: number, parent: number | null = 1, note = "note"): Plain => ({
    id,
    parent,
    note,
    flag: true,
  });
  const lines = (count: number): Plain[] => Array.from({ length: count }, (_, id) => line(id, id % 10));

  it("reports no change for a row that is captured again unchanged, and keeps its manifest", async () => {
    const state = await open(LINES, undefined);
    await state.apply({ upserts: upserts(LINES, lines(50)), deletes: [] });
    const key = await state.save();
    const again = await open(LINES, key);
    const { rows, keys } = await again.apply({ upserts: upserts(LINES, lines(50)), deletes: [] });
    expect({ rows, keys }).to.deep.equal({ rows: 0, keys: [] });
    expect(await again.save()).to.equal(key);
  });

  it("keeps the last row of a key, also if the chunk of an earlier one waits", async () => {
    const state = await open(LINES, undefined, { runLimits: { cheapFactor: 20, mostRuns: 100 } });
    await state.apply({ upserts: upserts(LINES, lines(200)), deletes: [] });
    const spread = [0, 30, 60, 100, 130, 160, 199].map((id) => line(id, 1, "first"));
    const near = [97, 98, 99, 100, 101, 102, 103].map((id) => line(id, 1, "last"));
    await state.apply({ upserts: upserts(LINES, [...spread, ...near]), deletes: [] });
    const { batch } = (await state.find([99, 100, 130]))!;
    expect(objectsOf(LINES.columns, batch).map(({ note }) => note)).to.deep.equal(["last", "last", "first"]);
  });

  it("forgets the index entry of a changed row, also if the entry waits", async () => {
    const runLimits = { cheapFactor: 0, mostRuns: 2 };
    const state = await open(LINES, undefined, { runLimits });
    const moved = lines(14).map(({ id }) => line(Number(id), 50 + Number(id)));
    await state.apply({ upserts: upserts(LINES, [...lines(14), ...moved]), deletes: [] });
    expect(await state.findReferring(["parent"], [3])).to.deep.equal([]);
    expect(await state.findReferring(["parent"], [53])).to.deep.equal([3]);
  });

  it("reads the single stream of an earlier version", async () => {
    const key = dataKey({ at: now(), table: "line", extension: "arrow", folder: "state" });
    await store.upload(key, RecordBatchStreamWriter.writeAll([batchOfObjects(LINES.columns, lines(20))]));
    const state = await open(LINES, key);
    expect((await state.find([3, 99]))!.rows).to.deep.equal(Int32Array.of(0, -1));
    expect(await state.findReferring(["parent"], [4])).to.have.members([4, 14]);
    expect(await state.save()).to.match(/\.json$/);
  });

  it("builds the index of a join that was added since", async () => {
    const state = await open({ ...LINES, indexes: [] }, undefined);
    await state.apply({ upserts: upserts(LINES, lines(30)), deletes: [] });
    const indexed = await open(LINES, await state.save());
    expect(await indexed.findReferring(["parent"], [7])).to.have.members([7, 17, 27]);
    const again = await open(LINES, await indexed.save());
    expect(await again.findReferring(["parent"], [7])).to.have.members([7, 17, 27]);
  });

  it("follows a renamed column, and refuses one of another type by name", async () => {
    const state = await open(LINES, undefined);
    await state.apply({ upserts: upserts(LINES, lines(3)), deletes: [] });
    const key = await state.save();
    const { note, ...others } = LINES.columns;
    const { id, parent, flag } = others as Required<typeof others>;
    const renamed = {
      ...LINES,
      columns: { id: id!, parent: parent!, words: { ...note!, formerly: ["note"] }, flag: flag! },
    };
    expect(objectsOf(renamed.columns, (await (await open(renamed, key)).find([1]))!.batch)).to.deep.equal([
      { id: 1, parent: 1, words: "note", flag: true },
    ]);
    const other = { ...LINES, columns: { ...LINES.columns, note: { type: integer, nullable: true } } };
    expect((await failureOf(open(other, key))).message).to.match(/note Int32.*reprocess.*rebuild/);
  });
});
