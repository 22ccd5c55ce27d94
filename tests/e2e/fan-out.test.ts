import { expect } from "chai";
import type { CloudEvent } from "../../local/cloud-event";
import type { InvocationResult } from "../../local/cloud/lambda/function";
import { permissionsOf, roleOf, stageOf } from "../support/program/declared";
import { actualRows, expectedRows } from "../support/oracle/expected-warehouse";
import { lakeIn, s3Client, stagesOver, type Pipeline } from "../support/pipeline/pipeline";
import { monotonicClock } from "../../stages/shared/clock";
import { startWatchedCloud, type WatchedCloud } from "../support/local/watched-cloud";

/** The number of parallel workers: the minimum of AWS. */
const CONCURRENCY = 2;

describe("A large commit is transformed by several parallel invocations", function () {
  this.timeout(240_000);
  let watched: WatchedCloud;
  let processed: Pipeline["processed"];
  /** Captures the source in small files, with what the role of ingest may do: their commit wakes process. */
  let ingest: () => Promise<void>;
  before(async () => {
    watched = await startWatchedCloud({
      settings: { "marble:taskMb": "0", "marble:remodelConcurrency": String(CONCURRENCY) },
    });
    const { cloud, source, warehouse } = watched;
    for (const stage of ["ingest", "process", "load"] as const) cloud.enableSchedules(stage, false);
    const { INGESTION_BUCKET = "", PROCESSED_BUCKET = "" } = stageOf(cloud.program, "process").environment;
    const lakeOf = (who: "ingest" | "administrator"): Pick<Pipeline, "ingested" | "processed"> =>
      lakeIn(s3Client(cloud.storage.url, cloud.credentials(who).AWS_ACCESS_KEY_ID), {
        ingestion: INGESTION_BUCKET,
        processed: PROCESSED_BUCKET,
      });
    processed = lakeOf("administrator").processed;
    const stages = stagesOver({
      ...lakeOf("ingest"),
      sourceUrl: source.readerUrl,
      warehouseUrl: warehouse.url,
      telemetry: { info: () => undefined, warn: () => undefined, count: () => undefined },
      now: monotonicClock(),
    });
    ingest = async () => {
      await stages.ingest({ partBytes: 2048 });
    };
  });
  after(() => watched.close());

  const invocations = (of: string, from: number): InvocationResult[] =>
    watched.events
      .slice(from)
      .flatMap((event) => (event.kind === "invocation" && event.stage === of ? [event.result] : []));
  const workersRole = (): string => stageOf(watched.cloud.program, "remodel").roleArn;
  const head = async (): Promise<number | undefined> => (await processed.log.head())?.number;
  const mails = async (): Promise<string[]> =>
    (await watched.newSubjects()).filter((subject) => subject.includes("remodel"));
  /** Changes rows of a table that is captured in several files. */
  const change = (): Promise<unknown> => watched.source.query("UPDATE payment SET paid = NOT paid");
  const expectLoaded = async (): Promise<void> => {
    await watched.cloud.invoke("load");
    expect(await actualRows(watched.warehouse)).to.deep.equal(await expectedRows(watched.source));
  };

  it("and process starts no more workers than allowed, and the warehouse matches the source", async () => {
    await ingest();
    await watched.cloud.settled();

    const worked = invocations("remodel", 0);
    expect(worked.map(({ ok }) => ok)).not.to.include(false);
    expect(
      worked.filter(({ payload }) => (payload as { commits: number[] }).commits.length > 0).length,
    ).to.be.greaterThan(2);
    expect(worked.filter(({ coldStart }) => coldStart).length, "processes").to.be.within(1, CONCURRENCY);
    expect(invocations("process", 0).map(({ payload }) => payload)).to.have.nested.property(
      "[0].commits[0]",
      1,
    );
    await expectLoaded();
  });

  it("but a small commit by one invocation", async () => {
    const from = watched.events.length;
    await watched.source.query("UPDATE design SET file_name = 'small' WHERE design_id = 1");
    await ingest();
    await watched.cloud.settled();

    expect(invocations("process", from)).to.have.lengthOf(1);
    expect(invocations("remodel", from)).to.deep.equal([]);
    await expectLoaded();
  });

  it("and a repeated message, or the test message of S3, is ignored", async () => {
    const lambda = watched.cloud.function("remodel");
    const [key = ""] = await processed.store.keys("task-messages/");
    const message = (body: object): object => ({ Records: [{ body: JSON.stringify(body) }] });
    const nothing = { commits: [], tables: {}, rejected: 0 };
    const again = await lambda.invoke(message({ Records: [{ s3: { object: { key } } }] }));
    expect(again).to.deep.include({ ok: true, payload: nothing });
    const test = await lambda.invoke(message({ Service: "Amazon S3", Event: "s3:TestEvent" }));
    expect(test).to.deep.include({ ok: true, payload: nothing });
    const alien = await lambda.invoke({ Records: [{ body: "hello" }] });
    expect(alien.error?.message).to.include("does not come from S3");
  });

  it("and other workers take over the task of a killed worker, whose message is delivered again", async () => {
    const from = watched.events.length;
    const before = (await head()) ?? 0;
    await change();
    await ingest();
    // The worker is reading its task, so it is in the middle of its work.
    const isAtWork = (event: CloudEvent): boolean =>
      event.kind === "access" &&
      event.access.action === "s3:GetObject" &&
      event.access.resource.includes("/task-messages/");
    while (!watched.events.slice(from).some(isAtWork)) await new Promise((resolve) => setTimeout(resolve, 1));
    watched.cloud.function("remodel").kill();
    await watched.cloud.settled();

    expect(invocations("remodel", from).map(({ ok }) => ok)).to.include(false);
    expect(await head()).to.equal(before + 1);
    await expectLoaded();

    await watched.newMails();
    const later = watched.events.length;
    await watched.pass(31);
    expect(invocations("remodel", later).map(({ ok }) => ok))
      .to.include(true)
      .and.not.to.include(false);
  });

  it("and workers that always fail block nothing, and raise an alarm", async () => {
    const { cloud } = watched;
    const before = (await head()) ?? 0;
    const from = watched.events.length;
    await watched.newMails();
    const giveBack = cloud.revoke(workersRole(), "s3:GetObject");
    await change();
    await ingest();
    await cloud.settled();
    expect(await head()).to.equal(before + 1);
    await expectLoaded();
    const [failed] = invocations("remodel", from);
    expect(failed?.error?.message).to.include("is not authorized to perform: s3:GetObject on resource");

    await watched.pass(95);
    expect(await mails()).to.include("ALARM remodel-errors");

    giveBack();
    await watched.pass(35);
    expect(await mails()).to.deep.equal(["OK remodel-errors"]);
    const later = watched.events.length;
    await watched.pass(65);
    expect(invocations("remodel", later), "every message was done with").to.deep.equal([]);
  });

  it("and the workers have exactly the permissions that they need", () => {
    const { program } = watched.cloud;
    const worker = stageOf(program, "remodel");
    expect(permissionsOf(program, roleOf(program, worker.arn))).to.have.all.keys(
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "s3:GetObject",
      "s3:ListBucket",
      "s3:PutObject",
      "s3:AbortMultipartUpload",
      "sqs:ReceiveMessage",
      "sqs:DeleteMessage",
      "sqs:GetQueueAttributes",
    );
  });
});
