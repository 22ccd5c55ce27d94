import { expect } from "chai";
import { columnsOf, joined, whenNull } from "../../../domain/model/columns";
import type { Model } from "../../../domain/model/model";
import type { SourceColumn, SourceTable } from "../../../domain/model/source";
import { countryName, dimBike, dimCountry, hireModel } from "../../support/hires/model";
import { startHiresAfterFirstRun, type HirePipeline } from "../../support/hires/pipeline";
import { bike, country, depot } from "../../support/hires/sources";

/** What a step does to the source, and how many rows of which table are missing after the run that follows. */
type Step = readonly [sql: string, missing: Readonly<Record<string, number>>];

const BAD_HIRE = "UPDATE hire SET due = 'never' WHERE hire_id = 1";
const BAD_COUNTRY = "INSERT INTO country VALUES (90, 'XY')";
const NO_DEPOT = "UPDATE bike SET depot_id = 77 WHERE bike_id = 1";

const CASES: Readonly<Record<string, readonly Step[]>> = {
  "while it is not corrected, also when other rows come": [
    [BAD_HIRE, { hire: 1 }],
    ["UPDATE hire SET price = 1 WHERE hire_id = 2", { hire: 1 }],
    ["UPDATE bike SET frame = 'Other' WHERE bike_id = 1", { hire: 1 }],
  ],
  "until it is corrected": [
    [BAD_HIRE, { hire: 1 }],
    ["UPDATE hire SET due = '2024-01-02' WHERE hire_id = 1", {}],
  ],
  "until it is deleted in the source, of a dimension too": [
    [BAD_COUNTRY, { country: 1 }],
    ["DELETE FROM country WHERE country_id = 90", {}],
  ],
  "once, however often it is rejected, and until it is corrected": [
    [BAD_COUNTRY, { country: 1 }],
    ["UPDATE country SET country_code = 'WX' WHERE country_id = 90", { country: 1 }],
    ["UPDATE country SET country_code = 'FR' WHERE country_id = 90", {}],
    ["UPDATE country SET country_code = 'XY' WHERE country_id = 90", { country: 1 }],
  ],
  "one by one": [
    [`${BAD_COUNTRY}; INSERT INTO country VALUES (91, 'ZZ')`, { country: 2 }],
    ["UPDATE country SET country_code = 'FR' WHERE country_id = 90", { country: 1 }],
    ["DELETE FROM country WHERE country_id = 91", {}],
  ],
  "until a capture of the whole table brings all that there is": [
    [BAD_HIRE, { hire: 1 }],
    [
      "ALTER TABLE hire ADD COLUMN note text; UPDATE hire SET due = '2024-01-02' WHERE hire_id = 1; VACUUM FULL hire",
      {},
    ],
  ],
};

const NEW_DEPOT = "INSERT INTO depot VALUES (77, 'New', 'Leeds', 'M')";

/** The contract with a column that has another name now. */
function renamed(table: SourceTable, from: string, to: string): SourceTable {
  const now = (name: string): string => (name === from ? to : name);
  const columns = Object.entries<SourceColumn>(table.columns).map(
    ([name, column]): [string, SourceColumn] => [
      now(name),
      name === from ? { ...column, formerly: [from] } : column,
    ],
  );
  return { ...table, key: table.key.map(now), columns: Object.fromEntries(columns) };
}

const newCountry = renamed(country, "country_id", "id");
const newBike = renamed(bike, "frame", "shape");
const newDepot = renamed(depot, "depot_name", "name");
const countries = columnsOf(newCountry);
const bikes = columnsOf(newBike);
const depots = joined(newBike, "depot_id", newDepot);

/** The model after columns were renamed in the source. */
const RENAMED: Model = {
  ...hireModel,
  tables: hireModel.tables.map((table) => {
    switch (table) {
      case dimCountry:
        return {
          ...dimCountry,
          source: newCountry,
          columns: {
            country_id: countries.copy("id"),
            country_code: countries.copy("country_code"),
            country_name: countries.derive("country_code", countryName),
          },
        };
      case dimBike:
        return {
          ...dimBike,
          source: newBike,
          columns: {
            bike_id: bikes.copy("bike_id"),
            frame: bikes.copy("shape"),
            depot_name: depots.copy("name"),
            town: whenNull("", depots.copy("town")),
          },
        };
      default:
        return table;
    }
  }),
};

describe("A row that was rejected is missing", () => {
  let pipeline: HirePipeline;
  beforeEach(async () => {
    pipeline = await startHiresAfterFirstRun();
  });
  afterEach(() => pipeline.close());

  const missing = async (): Promise<Record<string, number>> => {
    const rows = await pipeline.warehouse.query<{ name: string; rows: string }>(
      "SELECT source_table AS name, rejected_rows AS rows FROM marble_source WHERE rejected_rows > 0",
    );
    return Object.fromEntries(rows.map(({ name, rows: count }) => [name, Number(count)]));
  };

  for (const [what, steps] of Object.entries(CASES)) {
    it(what, async () => {
      for (const [sql, expected] of steps) {
        for (const statement of sql.split("; ")) await pipeline.source.query(statement);
        await pipeline.run();
        expect(await missing(), sql).to.deep.equal(expected);
      }
    });
  }

  it("until its joined row arrives, although the row itself did not change", async () => {
    await pipeline.source.query(NO_DEPOT);
    await pipeline.run();
    expect(await missing()).to.deep.equal({ bike: 1 });
    await pipeline.source.query("VACUUM FULL bike");
    await pipeline.run();
    expect(await missing(), "it was captured again as it was").to.deep.equal({ bike: 1 });
    await pipeline.source.query(NEW_DEPOT);
    await pipeline.run();
    expect(await missing()).to.deep.equal({});
  });

  it("until its joined row arrives, in a later commit of one run", async () => {
    await pipeline.source.query("ALTER TABLE depot RENAME depot_name TO name");
    await pipeline.source.query("ALTER TABLE bike RENAME frame TO shape");
    await pipeline.source.query(NO_DEPOT);
    await pipeline.run();
    await pipeline.source.query(NEW_DEPOT);
    await pipeline.run();
    await pipeline.source.query("UPDATE bike SET shape = 'Other' WHERE bike_id = 2");
    await pipeline.ingest();
    const { commits } = await pipeline.process({ model: RENAMED });
    await pipeline.load({ model: RENAMED });
    const { commit } = (await pipeline.processed.log.head())!;
    expect(commit.quarantine).to.deep.equal({});
    expect(commit.rejected.rows, `rejected by ${commits.join(", ")}`).to.be.greaterThan(0);
    expect(await missing()).to.deep.equal({});
  });

  it("until it is corrected, although a column of its key was renamed in between", async () => {
    await pipeline.source.query(BAD_COUNTRY);
    await pipeline.run();
    await pipeline.source.query("ALTER TABLE country RENAME country_id TO id");
    await pipeline.source.query("UPDATE country SET country_code = 'FR' WHERE id = 90");
    await pipeline.ingest();
    await pipeline.process({ model: RENAMED });
    await pipeline.load({ model: RENAMED });
    expect(await missing()).to.deep.equal({});
  });

  it("until the model no longer reads its table", async () => {
    await pipeline.source.query(BAD_COUNTRY);
    await pipeline.run();
    await pipeline.source.query(
      "ALTER TABLE country RENAME TO land; UPDATE land SET country_code = 'FR' WHERE country_id = 90",
    );
    const land = { ...dimCountry, source: { ...country, name: "land" } };
    await pipeline.ingest();
    await pipeline.process({
      model: {
        ...hireModel,
        tables: hireModel.tables.map((table) => (table === dimCountry ? land : table)),
      },
    });
    const { commit } = (await pipeline.processed.log.head())!;
    expect(Object.values(commit.sources!).filter(({ rejected }) => rejected > 0)).to.deep.equal([]);
    expect(commit.missing).to.deep.equal({ files: [], more: {} });
  });

  it("and the commit that brings it, or finds it deleted, says so", async () => {
    await pipeline.source.query(BAD_COUNTRY);
    await pipeline.run();
    await pipeline.source.query("DELETE FROM country WHERE country_id = 90");
    await pipeline.run();
    const { commit, number } = (await pipeline.processed.log.head())!;
    const [file] = commit.resolved!.files;
    const line = JSON.parse((await pipeline.processed.store.get(file!.key))!) as object;
    expect(line).to.include({ table: "country", key: '["90"]', commit: number, deleted: true });
  });
});
