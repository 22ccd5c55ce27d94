import { expect } from "chai";
import type { Mail } from "../../local/cloud/sns/outbox";
import { METRICS } from "../../domain/metrics";
import { ROWS_BY_TABLE } from "../../infra/alarms/log-queries";
import { S3Error } from "../../local/cloud/s3/protocol/errors";
import { breakTable } from "../support/postgres/broken-table";
import { signedBy } from "../support/local/signed-by";
import { shortSubject, startWatchedCloud, type WatchedCloud } from "../support/local/watched-cloud";

describe("An alarm arrives when a person has to act, and only then:", function () {
  this.timeout(120_000);
  let watched: WatchedCloud;
  /** Is S3 too busy to take the mark of a commit? */
  let unmarked = false;
  let s3Down = false;
  before(async () => {
    watched = await startWatchedCloud({
      // The report only reads: its alarms are those of every stage.
      settings: { "marble:report": "false" },
      beforeS3: ({ operation, key }) => {
        if (s3Down) throw new S3Error({ code: "AccessDenied", statusCode: 403, message: "no way to S3" });
        if (unmarked && operation === "PutObject" && key.startsWith("heads/"))
          throw new S3Error({ code: "SlowDown", statusCode: 503, message: "slow down" });
      },
    });
  });
  after(() => watched.close());

  /** How often runs of a stage have failed since the last call. */
  const failuresOf = (stage: string): number => {
    const failed = watched.events.filter(
      (event) => event.kind === "invocation" && event.stage === stage && !event.result.ok,
    ).length;
    const before = counted.get(stage) ?? 0;
    counted.set(stage, failed);
    return failed - before;
  };
  const counted = new Map<string, number>();

  /** The mails that come next, which they do after so many minutes. */
  const nextMails = async ({ from, to }: { readonly from: number; readonly to: number }): Promise<Mail[]> => {
    await watched.pass(from - 1);
    expect((await watched.newMails()).map(shortSubject), "too early").to.deep.equal([]);
    for (let minute = from; minute <= to; minute += 1) {
      await watched.pass(1);
      const mails = await watched.newMails();
      if (mails.length > 0) return mails;
    }
    return [];
  };

  /** What is broken in a test is mended in it: each begins with a healthy platform and ends with one. */
  afterEach(function () {
    if (this.currentTest?.parent?.title === "for good") return;
    const bad = [...watched.cloud.alarmStates()].filter(([, state]) => state === "ALARM");
    expect(bad).to.deep.equal([]);
  });

  it("the first run mails that all is well, as far as runs tell it, which CloudWatch does of every new alarm", async () => {
    await watched.pass(30);
    expect(await watched.newSubjects()).to.deep.equal([
      "OK failed-tables",
      "OK freshness",
      "OK freshness-unknown",
      "OK held-tables",
      "OK ingest-errors",
      "OK load-errors",
      "OK orphaned-rows",
      "OK process-errors",
      "OK quarantined-tables",
      "OK refused-tables",
    ]);
  });

  it("the metrics that alarms and dashboard name are told, and the logs have what the saved queries ask for", () => {
    const { cloud, events } = watched;
    const told = cloud
      .metrics()
      .filter(({ namespace, dimensions }) => namespace === "Marble" && dimensions["environment"] === "local")
      .map(({ metric }) => metric);
    expect(told).to.include.members(Object.keys(METRICS));

    // One process of each stage was started, and stayed warm.
    const coldStarts = events.filter((event) => event.kind === "log" && event.line.includes('"ColdStart":1'));
    expect(coldStarts).to.have.length(3);

    const messages = new Set(events.flatMap((event) => (event.kind === "log" ? messageOf(event.line) : [])));
    for (const [, message = ""] of ROWS_BY_TABLE.query.matchAll(/"([^"]*)"/g))
      expect(messages).to.include(message);
  });

  it("nobody is mailed in a night in which nothing happens", async () => {
    await watched.pass(75);
    expect(await watched.newSubjects()).to.deep.equal([]);
  });

  it("nobody is mailed for what heals itself: one failure of each stage, and the retry succeeds", async () => {
    for (const stage of ["ingest", "process", "load"] as const) {
      const logged = watched.events.length;
      const running = watched.cloud.invoke(stage);
      while (!watched.events.slice(logged).some((event) => event.kind === "log"))
        await new Promise((resolve) => setTimeout(resolve, 1));
      watched.cloud.function(stage).kill();
      await running;
    }
    await watched.pass(45);
    expect(await watched.newSubjects()).to.deep.equal([]);
  });

  it("nobody is mailed, nor does a run fail, while the newest commit of a log is not marked", async () => {
    const { cloud, source, warehouse, events } = watched;
    const from = events.length;
    unmarked = true;
    await source.query("UPDATE staff SET first_name = 'Unmarked' WHERE staff_id = 1");
    await cloud.invoke("ingest");
    await cloud.settled();
    unmarked = false;
    await watched.pass(45);

    expect(
      events.slice(from).filter((event) => event.kind === "invocation" && !event.result.ok),
    ).to.deep.equal([]);
    expect(await warehouse.query("SELECT first_name FROM dim_staff WHERE staff_id = 1")).to.deep.equal([
      { first_name: "Unmarked" },
    ]);
    expect(await watched.newSubjects()).to.deep.equal([]);
  });

  for (const what of ["source", "warehouse"] as const)
    it(`nobody is mailed for an outage of some minutes: the ${what} is down`, async () => {
      const { name } = watched[what];
      for (const minutes of [4, 12, 19]) {
        await accept(watched, name, false);
        await watched.pass(minutes);
        await accept(watched, name, true);
        await watched.pass(11);
      }
      expect(failuresOf(what === "source" ? "ingest" : "load")).to.be.above(10);
      expect(await watched.newSubjects()).to.deep.equal([]);
    });

  it("nobody is mailed for an outage of some minutes: no stage reaches S3", async () => {
    await watched.source.query(
      "UPDATE staff SET first_name = 'Later', last_updated = now() WHERE staff_id = 1",
    );
    s3Down = true;
    await watched.pass(14);
    s3Down = false;
    await watched.pass(16);
    for (const stage of ["ingest", "load"]) expect(failuresOf(stage), stage).to.be.above(2);
    expect(await watched.newSubjects()).to.deep.equal([]);
    expect(
      await watched.warehouse.query("SELECT first_name FROM dim_staff WHERE staff_id = 1"),
    ).to.deep.equal([{ first_name: "Later" }]);
  });

  it("the source is down for long: one mail says so, a second that the warehouse has grown old, and both end", async () => {
    const { source } = watched;
    await accept(watched, source.name, false);
    // The last run that succeeded was up to five minutes before.
    expect((await nextMails({ from: 20, to: 27 })).map(shortSubject)).to.deep.equal(["ALARM ingest-errors"]);
    expect((await nextMails({ from: 1, to: 15 })).map(shortSubject)).to.deep.equal(["ALARM freshness"]);
    await watched.pass(90);
    expect(await watched.newSubjects(), "nothing has changed").to.deep.equal([]);

    await accept(watched, source.name, true);
    await watched.pass(11);
    const mails = await watched.newMails();
    expect(mails.map(shortSubject).sort()).to.deep.equal(["OK freshness", "OK ingest-errors"]);
    const { body } = mails.find((mail) => shortSubject(mail) === "OK ingest-errors")!;
    expect(body).to.include("OK: A run has succeeded").and.include("State:   ALARM -> OK");
  });

  it("the warehouse is down for long", async () => {
    const { warehouse } = watched;
    await accept(watched, warehouse.name, false);
    expect((await nextMails({ from: 20, to: 27 })).map(shortSubject)).to.deep.equal(["ALARM load-errors"]);
    expect((await nextMails({ from: 1, to: 15 })).map(shortSubject)).to.deep.equal([
      "ALARM freshness-unknown",
    ]);

    await accept(watched, warehouse.name, true);
    await watched.pass(11);
    expect(await watched.newSubjects()).to.deep.equal(["OK freshness-unknown", "OK load-errors"]);
  });

  it("the secret is wrong, and no mail shows it", async () => {
    const { cloud, sourceSecret } = watched;
    const secret = JSON.parse(sourceSecret) as Record<string, unknown>;
    cloud.setSecret("Totesys-Credentials", JSON.stringify({ ...secret, password: "hunter2" }));
    const mails = await nextMails({ from: 20, to: 27 });
    expect(mails.map(shortSubject)).to.deep.equal(["ALARM ingest-errors"]);
    for (const { body } of mails) expect(body).not.to.include("hunter2");

    cloud.setSecret("Totesys-Credentials", sourceSecret);
    await watched.pass(16);
    // The warehouse may just have grown too old.
    const others = (await watched.newSubjects()).filter((subject) => !subject.endsWith(" freshness"));
    expect(others).to.deep.equal(["OK ingest-errors"]);
  });

  it("rows break their contract, and facts refer to them", async () => {
    const { source } = watched;
    await source.query("INSERT INTO currency VALUES (900, 'ZZZ', now(), now())");
    await source.query(
      "UPDATE sales_order SET currency_id = 900, last_updated = now() WHERE sales_order_id = 1",
    );
    await watched.pass(15);
    expect(await watched.newSubjects()).to.deep.equal(["ALARM orphaned-rows", "ALARM rejected-rows"]);

    await source.query(
      "UPDATE currency SET currency_code = 'CHF', last_updated = now() WHERE currency_id = 900",
    );
    await watched.pass(15);
    expect(await watched.newSubjects()).to.deep.equal(["OK orphaned-rows"]);
    await watched.pass(75);
    expect(await watched.newSubjects()).to.deep.equal(["OK rejected-rows"]);
  });

  it("a table lost more rows than the delete guard lets through", async () => {
    await watched.source.query("DELETE FROM payment");
    await watched.source.query(
      "UPDATE staff SET first_name = 'Held', last_updated = now() WHERE staff_id = 2",
    );
    await watched.pass(40);
    expect(await watched.newSubjects()).to.deep.equal(["ALARM held-tables"]);

    await watched.cloud.invoke("ingest", { allowDeletes: ["payment"] });
    await watched.pass(15);
    expect(await watched.newSubjects()).to.deep.equal(["OK held-tables"]);
  });

  it("the source fails to give a table for longer than a while; all others go on", async () => {
    const { source } = watched;
    const mend = await breakTable(source, "transaction");
    await watched.pass(15);
    await source.query("UPDATE staff SET first_name = 'Seen', last_updated = now() WHERE staff_id = 2");
    await watched.pass(5);
    expect(await watched.newSubjects(), "too short to tell anybody").to.deep.equal([]);
    await watched.pass(25);
    expect(await watched.newSubjects()).to.deep.equal(["ALARM failed-tables"]);

    await mend();
    await watched.pass(10);
    expect(await watched.newSubjects()).to.deep.equal(["OK failed-tables"]);
  });

  for (const [stages, alarm] of [
    [["ingest"], "freshness"],
    [["load"], "freshness-unknown"],
    [["ingest", "process", "load"], "freshness-unknown"],
  ] as const) {
    it(`nobody starts ${stages.join(", ")} any more`, async () => {
      for (const stage of stages) watched.cloud.enableSchedules(stage, false);
      await watched.pass(45);
      expect(await watched.newSubjects()).to.deep.equal([`ALARM ${alarm}`]);

      // In order: a load before the others have worked would say, rightly, how old the warehouse has become.
      for (const stage of stages) {
        watched.cloud.enableSchedules(stage, true);
        await watched.pass(6);
      }
      await watched.pass(9);
      expect(await watched.newSubjects()).to.deep.equal([`OK ${alarm}`]);
    });
  }

  it("a schedule may no longer start its stage", async () => {
    const [schedule] = watched.cloud.program.resources.filter(
      ({ type, name }) => type === "aws:scheduler/schedule:Schedule" && name.includes("load"),
    );
    const { roleArn } = schedule!.inputs["target"] as { roleArn: string };
    const giveBack = watched.cloud.revoke(roleArn, "lambda:InvokeFunction");
    await watched.pass(45);
    expect(await watched.newSubjects()).to.deep.equal(["ALARM freshness-unknown"]);

    giveBack();
    await watched.pass(15);
    expect(await watched.newSubjects()).to.deep.equal(["OK freshness-unknown"]);
  });

  it("a commit cannot be read: neither stage that reads the log gets past it", async () => {
    const { cloud, source } = watched;
    await source.query("UPDATE staff SET first_name = 'Renamed', last_updated = now() WHERE staff_id = 1");
    const { payload } = await cloud.invoke("ingest");
    await cloud.settled();
    const number = (payload as { commit: number }).commit + 1;
    const bucket = cloud.program.functions[0]!.environment["INGESTION_BUCKET"]!;
    const url = `${cloud.storage.url}/${bucket}/commits/${String(number).padStart(10, "0")}.json`;
    const asIngest = { ...signedBy(cloud.credentials("ingest")), "if-none-match": "*" };
    await fetch(url, { method: "PUT", body: "no commit", headers: asIngest });
    await watched.pass(45);
    expect(await watched.newSubjects()).to.deep.equal([
      "ALARM freshness",
      "ALARM ingest-errors",
      "ALARM process-errors",
    ]);

    await fetch(url, { method: "DELETE", headers: signedBy(cloud.credentials("administrator")) });
    await watched.pass(45);
    expect(await watched.newSubjects()).to.deep.equal([
      "OK freshness",
      "OK ingest-errors",
      "OK process-errors",
    ]);
  });

  // The last: it is over when the model is mended, which is a deployment (tests/stages/process/contract.test.ts).
  describe("for good", () => {
    it("the columns of a table no longer fit", async () => {
      await watched.source.query("ALTER TABLE design RENAME file_name TO file");
      await watched.pass(40);
      expect(await watched.newSubjects()).to.deep.equal(["ALARM quarantined-tables"]);
    });
  });
});

/** The message of a line of a structured log. */
const messageOf = (line: string): string[] =>
  line.startsWith("{") ? [String((JSON.parse(line) as { message?: unknown }).message)] : [];

/** A database that accepts no connections: those that there are, are ended. */
async function accept(watched: WatchedCloud, database: string, accepting: boolean): Promise<void> {
  const other = database === watched.source.name ? watched.warehouse : watched.source;
  await other.query(`ALTER DATABASE ${database} ALLOW_CONNECTIONS ${accepting}`);
}
