import { expect } from "chai";
import type { Cloud } from "../../local/cloud";
import type { CloudEvent } from "../../local/cloud-event";
import type { InvocationResult } from "../../local/cloud/lambda/function";
import { databaseSecret } from "../../local/databases/database-secret";
import { payDue } from "../../local/databases/totesys/changes";
import { actualRows, expectedRows } from "../support/oracle/expected-warehouse";
import { startTestCloud, type TestCloud } from "../support/local/test-cloud";
import { createSource, type TestDatabase } from "../support/postgres/postgres";

describe("The local cloud, running the archives that a deployment uploads,", function () {
  this.timeout(120_000);
  let source: TestDatabase;
  let warehouse: TestDatabase;
  let cloud: Cloud;
  let test: TestCloud;
  const events: CloudEvent[] = [];
  before(async () => {
    test = await startTestCloud(await createSource({ seeded: true }), {
      onEvent: (event) => events.push(event),
    });
    ({ cloud, source, warehouse } = test);
  });
  after(() => test.close());

  it("processes a new commit because of its event alone", async () => {
    expect((await cloud.invoke("ingest")).ok).to.equal(true);
    await cloud.settled();

    const processed = events.filter((event) => event.kind === "invocation" && event.stage === "process");
    expect(processed).to.have.length(1);
    expect((await cloud.invoke("load")).payload).to.deep.include({ commits: [1] });
    expect(await actualRows(warehouse)).to.deep.equal(await expectedRows(source));
  });

  it("logs commit, table, rows, bytes and duration as JSON, and no secret", () => {
    const lines = events.flatMap((event) => (event.kind === "log" ? [event.line] : []));
    const captured = lines
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .find(({ message, table }) => message === "captured" && table === "staff");
    expect(captured)
      .to.include({ level: "INFO", commit: 1, table: "staff", rows: 20 })
      .and.include.keys("bytes", "durationMs");
    const { password } = JSON.parse(databaseSecret(warehouse.url, "warehouse")) as { password: string };
    for (const line of lines) expect(line).not.to.include(password);
  });

  it("names a wrong password without showing it, and uses a changed secret in a warm function", async () => {
    const secret = JSON.parse(databaseSecret(source.readerUrl, "source")) as Record<string, unknown>;
    cloud.setSecret("Totesys-Credentials", JSON.stringify({ ...secret, password: "hunter2" }));
    const failed = await cloud.invoke("ingest");
    expect(failed.error?.message)
      .to.match(/the password is wrong/)
      .and.not.to.include("hunter2");

    cloud.setSecret("Totesys-Credentials", JSON.stringify(secret));
    expect((await cloud.invoke("ingest")).ok).to.equal(true);
  });

  const unusable: readonly (readonly [string, object, RegExp])[] = [
    ["a database that does not exist", { database: "nowhere" }, /the database does not exist/],
    ["an unknown host", { host: "no.such.host.invalid", password: "hunter2" }, /no\.such\.host\.invalid/],
    ["a port where nobody listens", { port: 1, password: "hunter2" }, /127\.0\.0\.1:1 .*ECONNREFUSED/],
  ];
  for (const [what, change, message] of unusable) {
    it(`names what it cannot reach, without a secret: ${what}`, async () => {
      const before = databaseSecret(source.readerUrl, "source");
      const secret = JSON.parse(before) as Record<string, unknown>;
      cloud.setSecret("Totesys-Credentials", JSON.stringify({ ...secret, ...change }));
      const { ok, error } = await cloud.invoke("ingest");
      cloud.setSecret("Totesys-Credentials", before);

      expect(ok).to.equal(false);
      expect(error?.message).to.match(message).and.not.to.include("hunter2");
    });
  }

  it("loses and duplicates nothing when a stage is killed during its work", async () => {
    for (const stage of ["ingest", "process", "load"] as const) {
      await payDue(source.client, { count: 2, now: new Date("2024-11-08T10:00:00.001Z") });
      if (stage !== "ingest") await cloud.invoke("ingest");
      if (stage === "load") await cloud.settled();
      const logged = events.length;
      const running = cloud.invoke(stage);
      await until(
        () => events.slice(logged).some((event) => event.kind === "log" && event.stage === stage),
        running,
      );
      cloud.function(stage).kill();
      expect((await running).error?.message, stage).to.include("signal: killed");

      for (const again of ["ingest", "process", "load"] as const) {
        expect((await cloud.invoke(again)).ok, `${again} after ${stage} was killed`).to.equal(true);
        await cloud.settled();
      }
      expect(await actualRows(warehouse)).to.deep.equal(await expectedRows(source));
    }
    const [versions] = await warehouse.query<{ count: string }>(
      "SELECT count(*) FROM (SELECT FROM fact_payment GROUP BY payment_id, last_updated_date, last_updated_time, paid HAVING count(*) > 1) AS doubled",
    );
    expect(versions).to.deep.equal({ count: "0" });
  });

  const malformed: readonly (readonly [string, string, RegExp])[] = [
    ["no JSON", "hunter2", /the secret Totesys-Credentials is not valid JSON/],
    [
      "missing keys",
      '{"host":"h","password":"hunter2"}',
      /Totesys-Credentials is malformed: missing or wrong "database".*"user"/,
    ],
    ["a wrong port", '{"host":"h","database":"d","user":"u","password":"hunter2","port":"x"}', /"port"/],
  ];
  for (const [what, text, message] of malformed) {
    it(`names a malformed secret and its fault, without its content: ${what}`, async () => {
      const before = databaseSecret(source.readerUrl, "source");
      cloud.setSecret("Totesys-Credentials", text);
      const { error } = await cloud.invoke("ingest");
      cloud.setSecret("Totesys-Credentials", before);

      expect(error?.message).to.match(message).and.not.to.include("hunter2");
    });
  }

  it("drops an event after two retries, and the next event does its work", async () => {
    await source.query(
      "UPDATE payment SET paid = NOT paid WHERE payment_id = (SELECT min(payment_id) FROM payment)",
    );
    const runs = (): InvocationResult[] =>
      events.flatMap((event) =>
        event.kind === "invocation" && event.stage === "process" ? [event.result] : [],
      );
    const { roleArn } = cloud.program.functions.find(({ name }) => name.includes("process"))!;
    const before = runs().length;
    const giveBack = cloud.revoke(roleArn, "s3:GetObject");
    const { payload } = await cloud.invoke("ingest");
    await cloud.settled();
    giveBack();
    const failed = runs().slice(before);
    expect(failed.map(({ ok }) => ok)).to.deep.equal([false, false, false]);
    expect(new Set(failed.map(({ requestId }) => requestId)).size).to.equal(1);

    const next = await cloud.invoke("process");
    expect(next.payload).to.deep.include({ commits: [(payload as { commit: number }).commit] });
  });
});

/** Waits for a condition, at most as long as the promise takes. */
async function until(condition: () => boolean, atMost: Promise<unknown>): Promise<void> {
  const ended = atMost.then(() => true);
  const aMoment = (): Promise<boolean> => new Promise((resolve) => setTimeout(() => resolve(false), 1));
  while (!condition() && !(await Promise.race([ended, aMoment()])));
}
