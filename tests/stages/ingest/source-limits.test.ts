import { expect } from "chai";
import { withSourceSnapshot } from "../../../adapters/source/source";
import { withClient } from "../../../local/databases/postgres/client";
import { createReader } from "../../../local/databases/totesys/reader";
import { failureOf } from "../../support/failure";
import { latest } from "../../support/pipeline/lake";
import { credentialsOf, startPipeline } from "../../support/pipeline/pipeline";
import { movableSource, removeCluster, startCluster } from "../../support/postgres/cluster";
import { createDatabase } from "../../support/postgres/postgres";
import { testedMajor } from "../../support/postgres/version";

describe("A run stays within the limits of a source", function () {
  this.timeout(180_000);

  it("although it pauses within its transaction, whatever timeouts the role has", async () => {
    const pipeline = await startPipeline({
      before: async ({ operation, key }) => {
        // Longer than both limits.
        if (operation === "PutObject" && key.includes("/a/"))
          await pipeline.source.query("SELECT pg_sleep(0.5)");
      },
    });
    const { source } = pipeline;
    await source.query(`CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1); CREATE TABLE b (LIKE a INCLUDING ALL);
      INSERT INTO b VALUES (1); GRANT SELECT ON a, b TO reader;
      ALTER ROLE reader IN DATABASE ${source.name} SET idle_in_transaction_session_timeout = '100ms'`);
    if (testedMajor() >= 17)
      await source.query(`ALTER ROLE reader IN DATABASE ${source.name} SET transaction_timeout = '300ms'`);
    const { tables } = await pipeline.ingest();
    await pipeline.close();

    expect(tables).to.deep.include({ a: { rows: 1 }, b: { rows: 1 } });
  });

  it("with more tables than the server's lock table can hold", async () => {
    const cluster = await startCluster(undefined, {
      max_locks_per_transaction: "10",
      max_connections: "5",
      max_prepared_transactions: "0",
    });
    await cluster.server.createDatabase("many");
    await withClient(cluster.server.url("many"), async (client) => {
      for (let from = 0; from < 1000; from += 50)
        await client.query(
          `DO $$ BEGIN FOR i IN ${from}..${from + 49} LOOP EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY)', i); END LOOP; END $$`,
        );
      await client.query("INSERT INTO t7 VALUES (1)");
    });
    await createReader(cluster.server.url("many"), { user: "reader", password: "reader" });
    const source = movableSource();
    await source.moveTo(cluster, "many");
    const pipeline = await startPipeline({ source });
    await pipeline.ingest();
    const { tables } = (await pipeline.ingested.log.head())!.commit;
    const { rows } = await latest(pipeline, "t7");
    await pipeline.close();
    await cluster.stop();
    await removeCluster(cluster.directory);

    expect(Object.keys(tables)).to.have.length(1000);
    expect(Object.entries(tables).filter(([, { mode }]) => mode === "failed")).to.deep.equal([]);
    expect(rows).to.equal(1);
  });
});

describe("A connection that the server of the source ends", () => {
  it("gives the reason, although it was idle at that moment", async () => {
    const source = await createDatabase();
    const ended = failureOf(
      withSourceSnapshot(
        { credentials: credentialsOf(source.readerUrl), schemas: ["public"] },
        async (snapshot) => {
          await source.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'marble'",
          );
          await source.query("SELECT pg_sleep(0.2)");
          await snapshot.catalogue();
        },
      ),
    );
    const error = await ended;
    await source.drop();

    expect(error.message).to.equal(
      "the source could not list the tables of the schema public: " +
        "the connection to the source was ended: terminating connection due to administrator command",
    );
    expect(error).to.include({ kind: "transient" });
  });
});
