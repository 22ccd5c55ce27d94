import { expect } from "chai";
import { databaseSecret } from "../../local/databases/database-secret";
import type { InvocationResult } from "../../local/cloud/lambda/function";
import { actualRows, expectedRows } from "../support/oracle/expected-warehouse";
import type { TestDatabase } from "../support/postgres/postgres";
import { startWatchedCloud, type WatchedCloud } from "../support/local/watched-cloud";

/** The secrets of the stages. A rotation changes the password in the database first, then in the secret. */
const SECRETS = { ingest: "Totesys-Credentials", load: "Warehouse-Credentials" } as const;

describe("A password that was rotated between two runs of a warm Lambda", function () {
  this.timeout(120_000);
  let watched: WatchedCloud;
  let logins: Record<keyof typeof SECRETS, { role: string; database: TestDatabase; url: string }>;
  before(async () => {
    watched = await startWatchedCloud();
    const { source, warehouse } = watched;
    logins = {
      ingest: { role: `rotated_${source.name}`, database: source, url: source.readerUrl },
      load: { role: `rotated_${warehouse.name}`, database: warehouse, url: warehouse.url },
    };
    await source.query(
      `CREATE ROLE ${logins.ingest.role} LOGIN; GRANT pg_read_all_data TO ${logins.ingest.role}`,
    );
    await warehouse.query(`CREATE ROLE ${logins.load.role} LOGIN SUPERUSER`);
    for (const stage of ["ingest", "load"] as const) {
      await setPassword(stage, "first");
      writeSecret(stage, "first");
    }
  });
  after(async () => {
    const { role, database } = logins.ingest;
    await database.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await logins.load.database.query(
      `REASSIGN OWNED BY ${logins.load.role} TO CURRENT_USER; DROP OWNED BY ${logins.load.role}; DROP ROLE ${logins.load.role}`,
    );
    await watched.close();
  });

  const setPassword = (stage: keyof typeof SECRETS, password: string): Promise<unknown> =>
    logins[stage].database.query(`ALTER ROLE ${logins[stage].role} PASSWORD '${password}'`);
  function writeSecret(stage: keyof typeof SECRETS, password: string): void {
    const { role, url } = logins[stage];
    watched.cloud.setSecret(
      SECRETS[stage],
      databaseSecret(Object.assign(new URL(url), { username: role, password }).href, stage),
    );
  }
  async function runAll(): Promise<Record<"ingest" | "load", InvocationResult>> {
    const ingest = await watched.cloud.invoke("ingest");
    await watched.cloud.settled();
    return { ingest, load: await watched.cloud.invoke("load") };
  }

  it("is used by the next run, in the same process, without a deployment", async () => {
    const first = await runAll();
    expect([first.ingest.ok, first.load.ok]).to.deep.equal([true, true]);
    await watched.source.query(
      "UPDATE staff SET first_name = 'Rotated', last_updated = now() WHERE staff_id = 1",
    );

    for (const stage of ["ingest", "load"] as const) await setPassword(stage, "second");
    // Until the secret changes, the old password is refused.
    for (const stage of ["ingest", "load"] as const) {
      const { ok, error, coldStart } = await watched.cloud.invoke(stage);
      expect({ ok, coldStart }, stage).to.deep.equal({ ok: false, coldStart: false });
      expect(error?.message).to.include("the password is wrong");
      writeSecret(stage, "second");
    }
    const second = await runAll();

    for (const stage of ["ingest", "load"] as const)
      expect(second[stage], stage).to.include({ ok: true, coldStart: false });
    expect(await actualRows(watched.warehouse)).to.deep.equal(await expectedRows(watched.source));
  });
});
