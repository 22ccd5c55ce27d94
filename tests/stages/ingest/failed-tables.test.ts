import { expect } from "chai";
import { connect } from "../../../local/databases/postgres/client";
import type { TableCapture } from "../../../domain/log/commit";
import { monotonicClock } from "../../../stages/shared/clock";
import { breakTable } from "../../support/postgres/broken-table";
import { libcProvider } from "../../support/postgres/version";
import { failureOf } from "../../support/failure";
import { startHires, startHiresAfterFirstRun, type HirePipeline } from "../../support/hires/pipeline";
import { stagesOver } from "../../support/pipeline/pipeline";

const CHANGES = `UPDATE hire SET paid = NOT paid WHERE hire_id % 3 = 0;
  DELETE FROM hire WHERE hire_id IN (SELECT max(hire_id) FROM hire);
  UPDATE depot SET manager = 'seen' WHERE depot_id = 1`;

describe("A table at which the source fails stops no other table", () => {
  let pipeline: HirePipeline;
  afterEach(() => pipeline.close());

  const captureOf = async (table: string): Promise<TableCapture> =>
    (await pipeline.ingested.log.head())!.commit.tables[table]!;
  const expectSame = async (): Promise<void> => {
    await pipeline.run();
    await pipeline.expectShown();
  };
  const counted = (): number | undefined => pipeline.counted.get("TablesFailed")?.at(-1);

  it("and continues from its last capture, with all changes and deletes in between", async () => {
    pipeline = await startHiresAfterFirstRun();
    await pipeline.source.query(CHANGES);
    const repair = await breakTable(pipeline.source, "hire");

    const report = await pipeline.ingest();
    expect(report.tables).to.deep.equal({ depot: { rows: 1 } });
    expect(await captureOf("hire")).to.deep.include({ mode: "failed", rows: 0, files: [] });
    expect((await captureOf("hire")).held?.reason).to.match(
      /could not count the rows of hire.*could not open file/,
    );
    expect(counted()).to.equal(1);
    const warned = pipeline.logged.filter(({ level }) => level === "warn");
    expect(warned.map(({ fields }) => fields["table"])).to.deep.equal(["hire"]);

    expect((await pipeline.ingest()).commit, "that alone is worth no further commit").to.equal(null);
    expect(counted(), "it is tried and counted by every run").to.equal(1);
    await pipeline.source.query("UPDATE depot SET manager = 'again' WHERE depot_id = 1");
    await pipeline.ingest();

    await repair();
    const healed = await pipeline.ingest();
    expect(healed.tables["hire"]).to.have.property("deleted", 1);
    expect((await captureOf("hire")).mode, "nobody wrote: it was tried all the same").to.equal("delta");
    expect(counted()).to.equal(0);
    await expectSame();
  });

  it("in the first run", async () => {
    pipeline = await startHires();
    const repair = await breakTable(pipeline.source, "hire");
    const report = await pipeline.ingest();
    expect(report.tables).to.include.keys("depot", "repair");
    expect(report.more, "no run waits for it").to.equal(undefined);
    await pipeline.process();
    await pipeline.load();
    await repair();

    await expectSame();
  });

  it("during a full capture, which is then repeated", async () => {
    pipeline = await startHiresAfterFirstRun();
    await pipeline.source.query(`${CHANGES}; ALTER TABLE hire ADD COLUMN note text DEFAULT 'old'`);
    const repair = await breakTable(pipeline.source, "hire");
    await pipeline.ingest();
    expect((await captureOf("hire")).held?.snapshot).to.equal(null);
    await repair();
    await pipeline.ingest();

    expect((await captureOf("hire")).mode).to.equal("full");
    await expectSame();
  });

  it("in the middle of its rows, at a value that cannot be sent", async () => {
    pipeline = await startHires();
    const name = `${pipeline.source.name}_ascii`;
    await pipeline.source.query(
      `CREATE DATABASE ${name} ENCODING 'SQL_ASCII' ${libcProvider()} LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`,
    );
    const [url, readerUrl] = [pipeline.source.url, pipeline.source.readerUrl].map((text) =>
      text.replace(pipeline.source.name, name),
    );
    const client = await connect(url!);
    await client.query(`CREATE TABLE good (id int PRIMARY KEY, v text); INSERT INTO good VALUES (1, 'x');
      CREATE TABLE bad (LIKE good INCLUDING ALL); GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;
      INSERT INTO bad SELECT i, repeat('x', 1000) FROM generate_series(1, 1000) i`);
    await client.query("SET client_encoding = 'SQL_ASCII'");
    await client.query("INSERT INTO bad VALUES (1001, E'caf\\xe9')");
    const old = stagesOver({
      ...pipeline,
      sourceUrl: readerUrl!,
      warehouseUrl: pipeline.warehouse.url,
      telemetry: { info: () => undefined, warn: () => undefined, count: () => undefined },
      now: monotonicClock(),
    });

    expect((await old.ingest()).tables).to.deep.include({ good: { rows: 1 } });
    expect((await captureOf("bad")).held?.reason).to.match(/could not copy bad: invalid byte sequence/);
    await client.query("DELETE FROM bad WHERE id = 1001");
    expect((await old.ingest()).tables).to.deep.equal({ bad: { rows: 1000 } });
    await client.end();
    await pipeline.source.query(`DROP DATABASE ${name}`);
  });

  it("while somebody holds a lock on it", async () => {
    pipeline = await startHiresAfterFirstRun();
    const migration = await connect(pipeline.source.url);
    await migration.query("BEGIN; LOCK TABLE hire");
    await pipeline.source.query("UPDATE depot SET manager = 'seen' WHERE depot_id = 1");

    expect((await pipeline.ingest()).tables).to.deep.equal({ depot: { rows: 1 } });
    expect((await captureOf("hire")).held?.reason).to.include("lock timeout");
    await migration.query("ROLLBACK");
    await migration.end();
    await expectSame();
  });

  it("but the run fails with the first error and commits nothing when all tables fail", async () => {
    pipeline = await startHires();
    const tables = await pipeline.source.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
    );
    const repairs = [];
    for (const { name } of tables) repairs.push(await breakTable(pipeline.source, name));
    const error = await failureOf(pipeline.ingest());
    for (const repair of repairs) await repair();

    expect(error.message).to.match(/could not count the rows of .*could not open file/);
    expect(await pipeline.ingested.log.head()).to.equal(undefined);
  });
});
