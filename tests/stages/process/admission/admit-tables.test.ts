import { expect } from "chai";
import type { Model } from "../../../../domain/model/model";
import type { SourceTable } from "../../../../domain/model/source";
import { hireModel } from "../../../support/hires/model";
import { startHiresAfterFirstRun, type HirePipeline } from "../../../support/hires/pipeline";

describe("A long quarantine", function () {
  this.timeout(60_000);
  let pipeline: HirePipeline;
  /** The ingest commits that were read. */
  let read: string[] = [];
  beforeEach(async () => {
    pipeline = await startHiresAfterFirstRun({
      before: ({ operation, bucket, key }) => {
        if (operation === "GetObject" && bucket === "ingestion" && key.startsWith("commits/")) read.push(key);
      },
    });
    await pipeline.source.query(
      `ALTER TABLE bike ALTER frame TYPE varchar(50)[] USING ARRAY[frame];
       ALTER TABLE country ALTER country_code TYPE varchar(2)[] USING ARRAY[country_code]`,
    );
  });
  afterEach(() => pipeline.close());

  const captureNext = async (): Promise<void> => {
    // After an update, ingest would read the keys of all earlier commits.
    await pipeline.source.query(
      "INSERT INTO repair SELECT max(repair_id) + 1, 1, 20, 'GBP', 10, '2024-03-01' FROM repair",
    );
    await pipeline.ingest();
  };
  /** A commit more; how many ingest commits process read for it. */
  const readsOfNext = async (given: Model = hireModel): Promise<number> => {
    await captureNext();
    read = [];
    await pipeline.process({ model: given });
    return read.length;
  };
  const takeBack = async (): Promise<void> => {
    await pipeline.source.query(
      `ALTER TABLE bike ALTER frame TYPE varchar USING frame[1];
       ALTER TABLE country ALTER country_code TYPE varchar USING country_code[1]`,
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
    // One more than process reads at once.
    for (let day = 0; day < 34; day += 1) await captureNext();
    await pipeline.process();
    await takeBack();
    const lenient = accepting(hireModel, { bike: "frame", country: "country_code" });

    await readsOfNext(lenient);

    expect(new Set(read).size, "2 to 36, and the one that is not there yet").to.equal(36);
    expect(read).to.have.lengthOf(36);
    expect(await quarantine()).to.deep.equal({});
    await pipeline.load({ model: lenient });
    await pipeline.expectShown();
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
