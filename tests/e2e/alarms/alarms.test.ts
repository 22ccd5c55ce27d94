import { expect } from "chai";
import type { CloudEvent } from "../../../local/cloud-event";
import { METRICS } from "../../../domain/metrics";
import { S3Error } from "../../../local/cloud/s3/protocol/errors";
import { ALARM_MAILS } from "../../support/local/alarm-mails";
import { breakTable } from "../../support/postgres/broken-table";
import { writeUnreadableCommit } from "../../support/local/unreadable-commit";
import {
  accept,
  ringing,
  shortSubject,
  startWatchedCloud,
  type WatchedCloud,
} from "../../support/local/watched-cloud";
import { nextMails, readerOf } from "../../support/local/watched-mails";
import { FALSE_WORDS } from "../console/broken-tables";

/** The report only reads, so it has only the alarms of every stage. */
const SETTINGS = { "marble:report": "false" };

const reader = readerOf(FALSE_WORDS);

/** The minutes until an alarm for failed runs ends, as the tests of long outages show. */
const LONGEST_WAIT_FOR_ERRORS = 27;
/** The minutes until the alarms for the age of the warehouse end, as the same tests show. */
const LONGEST_WAIT = LONGEST_WAIT_FOR_ERRORS + 15;

describe("An alarm reaches a person exactly when a person has to act", function () {
  this.timeout(120_000);
  let watched: WatchedCloud;
  /** True while S3 refuses the mark of a commit. */
  let unmarked = false;
  let s3Down = false;
  /** The mails of the first minutes, with the first runs. */
  let first: { readonly subjects: readonly string[]; readonly events: readonly CloudEvent[] };
  before(async () => {
    watched = await startWatchedCloud({
      settings: SETTINGS,
      beforeS3: ({ operation, key }) => {
        if (s3Down) throw new S3Error({ code: "AccessDenied", statusCode: 403, message: "no way to S3" });
        if (unmarked && operation === "PutObject" && key.startsWith("heads/"))
          throw new S3Error({ code: "SlowDown", statusCode: 503, message: "slow down" });
      },
    });
    await watched.pass(30);
    first = { subjects: await watched.newSubjects(), events: [...watched.events] };
  });
  after(() => watched.close());

  /** The number of failed runs of a stage since an event. */
  const failuresSince = (from: number, stage: string): number =>
    watched.events
      .slice(from)
      .filter((event) => event.kind === "invocation" && event.stage === stage && !event.result.ok).length;

  /** Each test repairs what it breaks. */
  afterEach(() => expect(ringing(watched)).to.deep.equal([]));

  afterEach("mails and terminal say what is wrong, why and what to do", () => reader.expectPlain(watched));

  it("confirms with the first run that all is well, as far as runs can show it, as CloudWatch does for every new alarm", () => {
    expect(first.subjects).to.deep.equal([
      "OK absent-tables",
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

  it("has a publisher for every metric of alarms and dashboard, and the fields of the saved queries in the logs", () => {
    const { cloud } = watched;
    const { events } = first;
    const shown = cloud
      .metrics()
      .filter(({ namespace, dimensions }) => namespace === "Marble" && dimensions["environment"] === "local")
      .map(({ metric }) => metric);
    expect(shown).to.include.members(Object.keys(METRICS));

    // Each stage has started one process, which stays warm.
    const coldStarts = events.filter((event) => event.kind === "log" && event.line.includes('"ColdStart":1'));
    expect(coldStarts).to.have.length(3);

    const messages = new Set(events.flatMap((event) => (event.kind === "log" ? messageOf(event.line) : [])));
    const rows = cloud.program.resources.find(
      ({ type, inputs }) =>
        type.endsWith(":QueryDefinition") && String(inputs["name"]).endsWith("rows by table and stage"),
    );
    const asked = [...String(rows?.inputs["queryString"]).matchAll(/"([^"]*)"/g)];
    expect(asked).to.have.length(3);
    for (const [, message = ""] of asked) expect(messages).to.include(message);
  });

  it("mails nobody in a night without changes", async () => {
    await watched.pass(LONGEST_WAIT);
    expect(await watched.newSubjects()).to.deep.equal([]);
  });

  it("mails nobody when one run of each stage fails and its retry succeeds", async () => {
    for (const stage of ["ingest", "process", "load"] as const) {
      const logged = watched.events.length;
      const running = watched.cloud.invoke(stage);
      while (!watched.events.slice(logged).some((event) => event.kind === "log"))
        await new Promise((resolve) => setTimeout(resolve, 1));
      watched.cloud.function(stage).kill();
      await running;
    }
    await watched.pass(LONGEST_WAIT_FOR_ERRORS);
    expect(await watched.newSubjects()).to.deep.equal([]);
  });

  it("mails nobody, and fails no run, while the newest commit of a log is not marked", async () => {
    const { cloud, source, warehouse, events } = watched;
    const from = events.length;
    unmarked = true;
    await source.query("UPDATE staff SET first_name = 'Unmarked' WHERE staff_id = 1");
    await cloud.invoke("ingest");
    await cloud.settled();
    unmarked = false;
    await watched.pass(LONGEST_WAIT_FOR_ERRORS);

    expect(
      events.slice(from).filter((event) => event.kind === "invocation" && !event.result.ok),
    ).to.deep.equal([]);
    expect(await warehouse.query("SELECT first_name FROM dim_staff WHERE staff_id = 1")).to.deep.equal([
      { first_name: "Unmarked" },
    ]);
    expect(await watched.newSubjects()).to.deep.equal([]);
  });

  for (const what of ["source", "warehouse"] as const)
    it(`mails nobody during an outage of some minutes: the ${what} is down`, async () => {
      const { name } = watched[what];
      const from = watched.events.length;
      for (const minutes of [4, 19]) {
        await accept(watched, name, false);
        await watched.pass(minutes);
        await accept(watched, name, true);
        await watched.pass(11);
      }
      expect(failuresSince(from, what === "source" ? "ingest" : "load")).to.be.above(6);
      expect(await watched.newSubjects()).to.deep.equal([]);
    });

  it("mails nobody during an outage of some minutes: no stage reaches S3", async () => {
    await watched.source.query(
      "UPDATE staff SET first_name = 'Later', last_updated = now() WHERE staff_id = 1",
    );
    const from = watched.events.length;
    s3Down = true;
    await watched.pass(14);
    s3Down = false;
    await watched.pass(16);
    for (const stage of ["ingest", "load"]) expect(failuresSince(from, stage), stage).to.be.above(2);
    expect(await watched.newSubjects()).to.deep.equal([]);
    expect(
      await watched.warehouse.query("SELECT first_name FROM dim_staff WHERE staff_id = 1"),
    ).to.deep.equal([{ first_name: "Later" }]);
  });

  it("reports a long outage of the source, then the age of the warehouse, and the end of both", async () => {
    const { source } = watched;
    await accept(watched, source.name, false);
    // The last run that succeeded was up to five minutes before.
    expect(
      (await nextMails(watched, { from: 20, to: LONGEST_WAIT_FOR_ERRORS })).map(shortSubject),
    ).to.deep.equal(["ALARM ingest-errors"]);
    expect(
      (await nextMails(watched, { from: 1, to: LONGEST_WAIT - LONGEST_WAIT_FOR_ERRORS })).map(shortSubject),
    ).to.deep.equal(["ALARM freshness"]);
    await watched.pass(LONGEST_WAIT);
    expect(await watched.newSubjects(), "nothing has changed").to.deep.equal([]);

    await accept(watched, source.name, true);
    await watched.pass(11);
    const mails = await watched.newMails();
    expect(mails.map(shortSubject).sort()).to.deep.equal(["OK freshness", "OK ingest-errors"]);
    const { body } = mails.find((mail) => shortSubject(mail) === "OK ingest-errors")!;
    expect(body).to.include("OK means: A run has succeeded").and.include("State:   ALARM -> OK");
  });

  it("reports a long outage of the warehouse", async () => {
    const { warehouse } = watched;
    await accept(watched, warehouse.name, false);
    expect(
      (await nextMails(watched, { from: 20, to: LONGEST_WAIT_FOR_ERRORS })).map(shortSubject),
    ).to.deep.equal(["ALARM load-errors"]);
    expect(
      (await nextMails(watched, { from: 1, to: LONGEST_WAIT - LONGEST_WAIT_FOR_ERRORS })).map(shortSubject),
    ).to.deep.equal(["ALARM freshness-unknown"]);

    await accept(watched, warehouse.name, true);
    await watched.pass(11);
    expect(await watched.newSubjects()).to.deep.equal(["OK freshness-unknown", "OK load-errors"]);
  });

  it("reports a wrong secret without showing it", async () => {
    const { cloud, sourceSecret } = watched;
    const secret = JSON.parse(sourceSecret) as Record<string, unknown>;
    cloud.setSecret("Totesys-Credentials", JSON.stringify({ ...secret, password: "hunter2" }));
    const mails = await nextMails(watched, { from: 20, to: LONGEST_WAIT_FOR_ERRORS });
    expect(mails.map(shortSubject)).to.deep.equal(["ALARM ingest-errors"]);
    for (const { body } of mails) expect(body).not.to.include("hunter2");

    cloud.setSecret("Totesys-Credentials", sourceSecret);
    await watched.pass(16);
    // The warehouse may just have grown too old.
    const others = (await watched.newSubjects()).filter((subject) => !subject.endsWith(" freshness"));
    expect(others).to.deep.equal(["OK ingest-errors"]);
  });

  it("reports rows that break their contract, and facts that refer to them", async () => {
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

  it("reports a table that lost more rows than the delete guard allows", async () => {
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

  it("reports a table that ingest may not capture", async () => {
    const { source } = watched;
    await source.query(
      "CREATE TABLE closed (n integer PRIMARY KEY); REVOKE ALL ON closed FROM reader, PUBLIC",
    );
    await watched.pass(15);
    expect(await watched.newSubjects()).to.deep.equal(["ALARM refused-tables"]);

    await source.query("DROP TABLE closed");
    await watched.pass(15);
    expect(await watched.newSubjects()).to.deep.equal(["OK refused-tables"]);
  });

  it("reports a table at which the source fails for longer, while all others are captured", async () => {
    const { source } = watched;
    const repair = await breakTable(source, "transaction");
    await watched.pass(15);
    await source.query("UPDATE staff SET first_name = 'Seen', last_updated = now() WHERE staff_id = 2");
    await watched.pass(5);
    expect(await watched.newSubjects(), "too short for a mail").to.deep.equal([]);
    await watched.pass(25);
    expect(await watched.newSubjects()).to.deep.equal(["ALARM failed-tables"]);

    await repair();
    await watched.pass(10);
    expect(await watched.newSubjects()).to.deep.equal(["OK failed-tables"]);
  });

  it("reports a table that is gone from the source, until it is back", async () => {
    const { source } = watched;
    await source.query("ALTER TABLE payment_type RENAME TO away");
    await watched.pass(15);
    const mails = await watched.newMails();
    expect(mails.map(shortSubject)).to.deep.equal(["ALARM absent-tables"]);
    expect(mails[0]!.body).to.match(/What to do: docs\/runbook\.md#a-table-is-absent/);

    await source.query("ALTER TABLE away RENAME TO payment_type");
    // A scheduled run of process may report the old value in the same minute as the run that reports zero. Then the next
    // scheduled run ends the alarm.
    await watched.pass(22);
    expect(await watched.newSubjects()).to.deep.equal(["OK absent-tables"]);
  });

  for (const [stages, alarm] of [
    [["ingest"], "freshness"],
    [["load"], "freshness-unknown"],
    [["ingest", "process", "load"], "freshness-unknown"],
  ] as const) {
    it(`reports that nobody starts ${stages.join(", ")} any more`, async () => {
      for (const stage of stages) watched.cloud.enableSchedules(stage, false);
      await watched.pass(45);
      expect(await watched.newSubjects()).to.deep.equal([`ALARM ${alarm}`]);

      // Run the stages in order. A load before the others would correctly report an old warehouse.
      for (const stage of stages) {
        watched.cloud.enableSchedules(stage, true);
        await watched.pass(6);
      }
      await watched.pass(9);
      expect(await watched.newSubjects()).to.deep.equal([`OK ${alarm}`]);
    });
  }

  it("reports that a schedule may no longer start its stage", async () => {
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

  it("reports an unreadable commit, at which both stages that read the log stop", async () => {
    const { cloud, source } = watched;
    await source.query("UPDATE staff SET first_name = 'Renamed', last_updated = now() WHERE staff_id = 1");
    const deleteCommit = await writeUnreadableCommit(cloud);
    await watched.pass(45);
    expect(await watched.newSubjects()).to.deep.equal([
      "ALARM freshness",
      "ALARM ingest-errors",
      "ALARM process-errors",
    ]);

    await deleteCommit();
    await watched.pass(20);
    expect(await watched.newSubjects()).to.deep.equal([
      "OK freshness",
      "OK ingest-errors",
      "OK process-errors",
    ]);
  });
});

describe("The tests of the alarms together", () => {
  // unfit-table.test.ts rings the alarm for a table whose columns do not fit.
  it("have rung each alarm of the stages", () => {
    expect([...reader.rung, "quarantined-tables"].sort()).to.deep.equal(Object.keys(ALARM_MAILS).sort());
  });
});

/** The message of a line of a structured log. */
const messageOf = (line: string): string[] =>
  line.startsWith("{") ? [String((JSON.parse(line) as { message?: unknown }).message)] : [];
