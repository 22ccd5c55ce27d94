import { expect } from "chai";
import type { Client } from "pg";
import { connect } from "../../../local/databases/postgres/client";
import { commitNumber } from "../../../domain/log/keys";
import { replayed, rowsOfCsv, sourceRows } from "../../support/pipeline/lake";
import { startPipeline, type Pipeline } from "../../support/pipeline/pipeline";

describe("Every version is captured once, however late its commit and whatever its timestamp", () => {
  let pipeline: Pipeline;
  let writers: Client[];
  beforeEach(async () => {
    pipeline = await startPipeline();
    await pipeline.source.query(
      `CREATE TABLE t (id int PRIMARY KEY, v text, last_updated timestamp DEFAULT '2024-01-01');
       INSERT INTO t (id, v) SELECT i, 'v0' FROM generate_series(1, 20) i`,
    );
    writers = await Promise.all([1, 2, 3, 4].map(() => connect(pipeline.source.url)));
    await pipeline.ingest();
  });
  afterEach(async () => {
    await Promise.all(writers.map((writer) => writer.end()));
    await pipeline.close();
  });

  const set = (id: number, v: string): string => `UPDATE t SET v = '${v}' WHERE id = ${id}`;

  /** Every version that the lake holds, commit by commit, without the first. */
  const captured = async (): Promise<string[][]> => {
    const { log, store } = pipeline.ingested;
    const last = (await log.head())!.number;
    const commits: string[][] = [];
    for (let number = 2; number <= last; number++) {
      const { files } = (await log.read(commitNumber(number)))!.tables["t"]!;
      const texts = await Promise.all(files.map(({ key }) => store.get(key)));
      commits.push(texts.flatMap((text) => rowsOfCsv(text!).map(({ id, v }) => `${id}:${v}`)).sort());
    }
    return commits;
  };
  const expectFaithful = async (): Promise<void> => {
    expect(await replayed(pipeline, "t")).to.deep.equal(await sourceRows(pipeline.source, "t"));
    const all = (await captured()).flat();
    expect(all, "no version twice").to.have.length(new Set(all).size);
  };

  it("from a transaction that is open over several runs, with savepoints, some of them rolled back", async () => {
    const [long, short] = writers;
    await long!.query(
      `BEGIN; ${set(1, "long")}; SAVEPOINT a; ${set(2, "long")}; SAVEPOINT b; ${set(3, "lost")}`,
    );
    await long!.query(`ROLLBACK TO b; SAVEPOINT c; ${set(4, "long")}; RELEASE c; DELETE FROM t WHERE id = 5`);
    await short!.query(set(11, "short 1"));
    await pipeline.ingest();
    await short!.query(set(12, "short 2"));
    await pipeline.ingest();
    expect((await pipeline.ingest()).commit, "nothing new to see").to.equal(null);
    await long!.query(`${set(6, "long")}; COMMIT`);
    await short!.query(set(11, "short 3"));
    await pipeline.ingest();

    expect(await captured()).to.deep.equal([
      ["11:short 1"],
      ["12:short 2"],
      ["11:short 3", "1:long", "2:long", "4:long", "6:long"],
    ]);
    await expectFaithful();
  });

  it("after a transaction that is open so long that it causes a warning", async () => {
    const [long] = writers;
    await long!.query(`BEGIN; ${set(1, "long")}`);
    await pipeline.source.query(`DO $$ BEGIN FOR i IN 1..10002 LOOP
      INSERT INTO t (id, v) VALUES (100 + i, 'later'); COMMIT; END LOOP; END $$`);
    await pipeline.ingest();

    const [warning] = pipeline.logged.filter(({ level }) => level === "warn");
    expect(warning?.fields["later"]).to.be.greaterThan(10_000);
    const [open] = await pipeline.source.query<{ id: string }>(
      "SELECT backend_xid::text AS id FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()",
    );
    expect(warning?.fields["transaction"]).to.equal(open!.id);
    await long!.query("COMMIT");
    expect((await pipeline.ingest()).tables).to.deep.equal({ t: { rows: 1 } });
    await expectFaithful();
  });

  it("from a prepared transaction once it is committed, and nothing if it is rolled back", async () => {
    const [first, second, short] = writers;
    const name = pipeline.source.name;
    await first!.query(`BEGIN; ${set(1, "prepared")}; PREPARE TRANSACTION '${name}_late'`);
    await second!.query(`BEGIN; ${set(2, "never")}`);
    await short!.query(set(3, "short"));
    await pipeline.ingest();
    await second!.query("ROLLBACK");
    await pipeline.ingest();
    await short!.query(set(4, "short"));
    await first!.query(`COMMIT PREPARED '${name}_late'`);
    await pipeline.ingest();

    expect(await captured()).to.deep.equal([["3:short"], ["1:prepared", "4:short"]]);
    await expectFaithful();
  });

  it("from many parallel writers, fast and slow, with runs in between", async () => {
    const write = async (writer: Client, who: number): Promise<void> => {
      for (let turn = 0; turn < 25; turn++) {
        const id = 1 + ((who + 4 * turn) % 20);
        await writer.query("BEGIN");
        // Each row is written once, so a version that is missed or captured twice shows.
        await writer.query(`INSERT INTO t (id, v) VALUES (${1000 * (who + 1) + turn}, '${who}')`);
        if (turn % 3 === 0) await writer.query("SAVEPOINT s");
        await writer.query(set(id, `${who}.${turn}`));
        if (turn % 7 === 6) await writer.query(`DELETE FROM t WHERE id = ${1000 * (who + 1) + turn - 2}`);
        if (who === 0) await writer.query("SELECT pg_sleep(0.1)");
        await writer.query(turn % 6 === 5 ? "ROLLBACK" : "COMMIT");
      }
    };
    let writing = writers.length;
    const all = Promise.all(writers.map((writer, who) => write(writer, who).finally(() => (writing -= 1))));
    while (writing > 0) await pipeline.ingest();
    await all;
    await pipeline.ingest();

    expect((await captured()).length, "runs in between").to.be.greaterThan(5);
    await expectFaithful();
  });

  for (const [what, timestamp] of [
    ["as it was", "last_updated"],
    ["set back", "'1999-01-01'"],
    ["NULL", "NULL"],
    ["infinitely far", "'infinity'"],
  ] as const) {
    it(`with a timestamp that is ${what}`, async () => {
      await pipeline.source.query(`UPDATE t SET v = 'new', last_updated = ${timestamp} WHERE id IN (1, 2)`);
      await pipeline.ingest();

      expect(await captured()).to.deep.equal([["1:new", "2:new"]]);
      await expectFaithful();
    });
  }
});
