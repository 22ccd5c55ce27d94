import { expect } from "chai";
import type { Model } from "../../../domain/model/model";
import { model } from "../../../domain/declarations";
import type { SourceTable } from "../../../domain/model/source";
import { actualRows, expectedRows } from "../../support/oracle/expected-warehouse";
import { startAfterFirstRun } from "../../support/pipeline/first-run";
import type { Pipeline } from "../../support/pipeline/pipeline";

describe("A long quarantine", function () {
  this.timeout(60_000);
  let pipeline: Pipeline;
  /** The ingest commits that were read. */
  let read: string[] = [];
  beforeEach(async () => {
    pipeline = await startAfterFirstRun({
      before: ({ operation, bucket, key }) => {
        if (operation === "GetObject" && bucket === "ingestion" && key.startsWith("commits/")) read.push(key);
      },
    });
    await pipeline.source.query(
      "ALTER TABLE design ALTER file_name TYPE varchar(900)[] USING ARRAY[file_name]",
    );
    await pipeline.source.query(
      "ALTER TABLE currency ALTER currency_code TYPE varchar(3)[] USING ARRAY[currency_code]",
    );
  });
  afterEach(() => pipeline.close());

  /** A commit more; how many ingest commits process read for it. */
  const readsOfNext = async (given: Model = model): Promise<number> => {
    await pipeline.source.query("UPDATE staff SET first_name = first_name || '.' WHERE staff_id = 1");
    await pipeline.ingest();
    read = [];
    await pipeline.process({ model: given });
    return read.length;
  };
  const takeBack = async (): Promise<void> => {
    await pipeline.source.query("ALTER TABLE design ALTER file_name TYPE varchar USING file_name[1]");
    await pipeline.source.query(
      "ALTER TABLE currency ALTER currency_code TYPE varchar USING currency_code[1]",
    );
  };
  const quarantine = async () => (await pipeline.processed.log.head())!.commit.quarantine;

  it("costs a run the same however long it lasts, even when the source is unchanged", async () => {
    await readsOfNext();
    const second = await readsOfNext();
    const later = [];
    for (let day = 0; day < 5; day += 1) later.push(await readsOfNext());
    await takeBack();
    for (let day = 0; day < 3; day += 1) later.push(await readsOfNext());

    expect(new Set(later)).to.deep.equal(new Set([second]));
    expect(Object.values(await quarantine()).map(({ since }) => since)).to.deep.equal([2, 2]);
  });

  it("ends with all waiting commits in order, each read once for all tables", async () => {
    for (let day = 0; day < 40; day += 1) await readsOfNext();
    await takeBack();
    const lenient = accepting(model, { design: "file_name", currency: "currency_code" });

    await readsOfNext(lenient);

    expect(new Set(read).size, "2 to 42, and the one that is not there yet").to.equal(42);
    expect(read).to.have.lengthOf(42);
    expect(await quarantine()).to.deep.equal({});
    await pipeline.load({ model: lenient });
    expect(await actualRows(pipeline.warehouse)).to.deep.equal(await expectedRows(pipeline.source));
  });
});

/** The model, with columns that may have been lists. */
function accepting(of: Model, columns: Readonly<Record<string, string>>): Model {
  const lenient = (source: SourceTable): SourceTable => {
    const name = columns[source.name];
    const column = name === undefined ? undefined : source.columns[name];
    if (name === undefined || column === undefined) return source;
    return {
      ...source,
      columns: { ...source.columns, [name]: { ...column, accepts: ["character varying[]"] } },
    };
  };
  return { ...of, tables: of.tables.map((table) => ({ ...table, source: lenient(table.source) })) };
}
