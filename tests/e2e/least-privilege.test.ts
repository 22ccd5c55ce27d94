import { expect } from "chai";
import type { CloudEvent, FunctionName } from "../../local/cloud-event";
import type { Access } from "../../local/cloud/iam/authorizer";
import { S3Error } from "../../local/cloud/s3/protocol/errors";
import { permissionsOf, resourcesOf } from "../support/program/declared";
import { startWatchedCloud, type WatchedCloud } from "../support/local/watched-cloud";
import { step } from "../support/step";

const STAGES = ["ingest", "process", "load", "report"] as const;

describe("Every role has exactly the permissions that it needs", function () {
  this.timeout(240_000);
  let watched: WatchedCloud;
  /** The bucket in which uploads in parts are aborted, and whose uploads; everybody's by default. */
  let broken = "none";
  let breaks: string | undefined;
  before(async () => {
    watched = await startWatchedCloud({
      // Every commit is large, so the stages write and read tasks.
      settings: {
        "marble:taskMb": "0",
        "marble:reportMail": "00:00",
        "marble:reportSchedule": "rate(5 minutes)",
      },
      beforeS3: ({ operation, bucket, accessKeyId = "" }) => {
        if (operation === "UploadPart" && bucket.includes(broken) && (breaks ?? accessKeyId) === accessKeyId)
          throw new S3Error({ code: "InvalidRequest", statusCode: 400, message: "the part was refused" });
      },
    });
    for (const stage of ["ingest", "process", "load"] as const) {
      await watched.cloud.invoke(stage);
      await watched.cloud.settled();
    }
  });
  after(() => watched.close());

  const accesses = (from = 0): Access[] =>
    watched.events
      .slice(from)
      .flatMap((event: CloudEvent) => (event.kind === "access" ? [event.access] : []));
  const denials = (from = 0): string[] =>
    accesses(from)
      .filter(({ allowed }) => !allowed)
      .map(({ message }) => message);
  const roleOfStage = (stage: FunctionName): string =>
    watched.cloud.program.functions.find(
      ({ environment }) => environment["POWERTOOLS_SERVICE_NAME"] === stage,
    )!.roleArn;
  /** Runs every stage once, in order. Returns the outcomes of all runs. */
  async function runAll(): Promise<boolean[]> {
    const from = watched.events.length;
    for (const stage of STAGES) {
      await watched.cloud.invoke(stage);
      await watched.cloud.settled();
    }
    return watched.events
      .slice(from)
      .flatMap((event) => (event.kind === "invocation" ? [event.result.ok] : []));
  }
  /** The link to the report that was mailed last. */
  const mailedLink = async (): Promise<string> => {
    const mails = (await watched.newMails()).filter(({ subject }) => subject.startsWith("Marble report"));
    return /^http\S+$/m.exec(mails.at(-1)!.body)![0];
  };
  const change = (name: string): Promise<unknown> =>
    watched.source.query(
      `UPDATE staff SET first_name = '${name}', last_updated = now() WHERE staff_id = 1;
       DELETE FROM payment WHERE payment_id = (SELECT max(payment_id) FROM payment);
       UPDATE payment SET paid = NOT paid, last_updated = now() WHERE payment_id = (SELECT min(payment_id) FROM payment)`,
    );
  /** A text of 64 KB that cannot be compressed much: few rows need several parts of an upload. */
  const LONG_TEXT = "(SELECT string_agg(md5(n::text || k), '') FROM generate_series(1, 2000) k)";
  /** Grows a table until an upload needs several parts. */
  const grow = (from: number): Promise<unknown> =>
    watched.source.query(
      `INSERT INTO design (design_id, design_name, file_location, file_name, last_updated)
       SELECT n, 'Large', '/', ${LONG_TEXT}, now() FROM generate_series(${from}, ${from + 170}) n`,
    );

  /** A repeated run reads its note and sends the mail that failed. */
  async function repeatReport(): Promise<void> {
    const { cloud } = watched;
    const giveBack = cloud.revoke(roleOfStage("report"), "sns:Publish");
    const passing = watched.pass(5);
    const failed = (): boolean =>
      watched.events.some(
        (event) => event.kind === "invocation" && event.stage === "report" && !event.result.ok,
      );
    while (!failed()) await new Promise((resolve) => setTimeout(resolve, 1));
    giveBack();
    await passing;
    expect(denials().join("\n")).to.include("sns:Publish");
  }

  async function changeRows(): Promise<void> {
    const { source } = watched;
    expect(await runAll()).not.to.include(false);
    expect((await fetch(await mailedLink())).status).to.equal(200);
    // A commit of one file is small, so process itself finds the bad row.
    await source.query("INSERT INTO currency VALUES (900, 'ZZZ', now(), now())");
    expect(await runAll()).not.to.include(false);
    for (const name of ["One", "Two", "Three"]) {
      await change(name);
      expect(await runAll()).not.to.include(false);
    }
  }

  async function breakUploads(): Promise<void> {
    const { cloud, source } = watched;
    // Process keeps the largest of these tables to itself; the others are for workers, one of which fails.
    await source.query("INSERT INTO currency VALUES (901, 'YYY', now(), now())");
    await source.query(
      `INSERT INTO address (address_id, address_line_1, city, postal_code, country, phone, last_updated)
       SELECT n, ${LONG_TEXT}, '', '', '', '', now() FROM generate_series(5000, 5212) n`,
    );
    await grow(100_000);
    broken = "processed";
    breaks = cloud.credentials("remodel").AWS_ACCESS_KEY_ID;
    expect((await runAll()).filter((ok) => !ok)).to.deep.equal([false]);
    breaks = undefined;

    await grow(5000);
    broken = "ingestion";
    expect((await cloud.invoke("ingest")).error?.message).to.include("the part was refused");
    broken = "processed";
    await cloud.invoke("ingest");
    await cloud.settled();
    expect((await cloud.invoke("process")).error?.message).to.include("the part was refused");
    broken = "none";
    expect(await runAll()).not.to.include(false);

    // The keys of a large table are much smaller than its rows. So ingest writes them again, and the next run reads them.
    for (const id of [5169, 5170]) {
      await source.query(`DELETE FROM design WHERE design_id = ${id}`);
      expect(await runAll()).not.to.include(false);
    }
  }

  async function dropEvents(): Promise<void> {
    const { cloud } = watched;
    cloud.setSecret("Totesys-Credentials", "{}");
    cloud.setSecret("Warehouse-Credentials", "{}");
    await watched.pass(16);
    cloud.setSecret("Totesys-Credentials", watched.sourceSecret);
    cloud.setSecret("Warehouse-Credentials", watched.warehouseSecret);
    await watched.pass(16);
  }

  /** The rights that no call has used, of roles and schedules, with the resources of the policy. */
  function unusedRights(): string[] {
    const { program } = watched.cloud;
    const schedules = resourcesOf(program.resources, "Schedule").map(
      ({ inputs }) => (inputs["target"] as { roleArn: string }).roleArn,
    );
    const unused: string[] = [];
    for (const role of [...[...STAGES, "remodel" as const].map(roleOfStage), ...schedules]) {
      for (const [action, resources] of Object.entries(permissionsOf(program, role))) {
        const used = accesses().filter(
          ({ principal, ...access }) =>
            access.allowed &&
            access.action === action &&
            principal !== undefined &&
            "roleArn" in principal &&
            principal.roleArn === role,
        );
        const idle = resources.filter((pattern) => !used.some(({ resource }) => matches(pattern, resource)));
        // It does not matter which upload of a stage is aborted.
        const isUnused =
          action === "s3:AbortMultipartUpload" ? idle.length === resources.length : idle.length > 0;
        if (isUnused) unused.push(`${role} ${action} ${idle.join(", ")}`);
      }
    }
    return unused;
  }

  it("so that no call of a long run is denied, and the run uses every granted action on every resource of the policies", async () => {
    await step("a report repeats its run after its mail failed", repeatReport);
    const from = watched.events.length;
    await step("rows are changed, deleted and rejected", changeRows);
    await step("uploads of large tables are aborted", breakUploads);
    await step("the databases refuse all runs until events are dropped", dropEvents);
    expect(denials(from)).to.deep.equal([]);
    expect(unusedRights()).to.deep.equal([]);
  });

  const needed: Readonly<Record<(typeof STAGES)[number], readonly string[]>> = {
    ingest: ["secretsmanager:GetSecretValue", "s3:ListBucket", "s3:GetObject", "s3:PutObject"],
    process: ["s3:ListBucket", "s3:GetObject", "s3:PutObject"],
    load: ["secretsmanager:GetSecretValue", "s3:ListBucket", "s3:GetObject", "s3:GetObjectTagging"],
    report: ["secretsmanager:GetSecretValue", "s3:ListBucket", "s3:GetObject", "s3:PutObject"],
  };
  for (const stage of STAGES) {
    describe(`so that ${stage} with work to do`, () => {
      before(async () => {
        await change(`For ${stage}`);
        // The stages before it do their work. The stage itself, which an event starts, cannot.
        const giveBack = watched.cloud.revoke(roleOfStage(stage), "s3:ListBucket");
        await watched.cloud.invoke("ingest");
        await watched.cloud.settled();
        giveBack();
      });
      after("does it once it may", async () => {
        const from = watched.events.length;
        const { ok, error } = await watched.cloud.invoke(stage);
        await watched.cloud.settled();
        expect(ok, error?.message).to.equal(true);
        expect(denials(from)).to.deep.equal([]);
      });

      for (const action of needed[stage]) {
        it(`fails without ${action}, with an error that names action, resource and role`, async () => {
          const role = roleOfStage(stage);
          const giveBack = watched.cloud.revoke(role, action);
          const { ok, error } = await watched.cloud.invoke(stage);
          await watched.cloud.settled();
          giveBack();

          expect(ok).to.equal(false);
          expect(error?.message).to.match(
            new RegExp(
              `assumed-role/${role.split("/").at(-1)}/.* is not authorized to perform: ${action} on resource: "arn:aws:`,
            ),
          );
        });
      }
    });
  }

  it("so that no report is mailed without sns:Publish, and its link opens nothing without s3:GetObject", async () => {
    const role = roleOfStage("report");
    const publish = watched.cloud.revoke(role, "sns:Publish");
    expect((await watched.cloud.invoke("report", { mail: true })).error?.message).to.include("sns:Publish");
    publish();
    expect((await watched.cloud.invoke("report", { mail: true })).ok).to.equal(true);
    const link = await mailedLink();
    const read = watched.cloud.revoke(role, "s3:GetObject");
    expect((await fetch(link)).status).to.equal(403);
    read();
    expect((await fetch(link)).status).to.equal(200);
    expect((await fetch(link.split("?")[0]!)).status, "without the signature").to.equal(403);
  });

  it("so that nothing stops without s3:PutObjectTagging: load warns, and ingest fails only when it has nothing else to do", async () => {
    const from = watched.events.length;
    const giveBack = STAGES.map((stage) => watched.cloud.revoke(roleOfStage(stage), "s3:PutObjectTagging"));
    await change("Untagged");
    expect(await runAll()).not.to.include(false);
    expect((await watched.cloud.invoke("ingest")).error?.message).to.include("s3:PutObjectTagging");
    giveBack.forEach((give) => give());
    expect(new Set(denials(from).map((message) => /perform: (\S+)/.exec(message)?.[1]))).to.deep.equal(
      new Set(["s3:PutObjectTagging"]),
    );
  });

  it("so that without s3:AbortMultipartUpload a broken upload names the action, and the next run captures everything", async () => {
    const giveBack = watched.cloud.revoke(roleOfStage("ingest"), "s3:AbortMultipartUpload");
    await grow(200_000);
    broken = "ingestion";
    const { error } = await watched.cloud.invoke("ingest");
    broken = "none";
    giveBack();

    expect(error?.message).to.include(
      'is not authorized to perform: s3:AbortMultipartUpload on resource: "arn:aws:',
    );
    expect(await runAll()).not.to.include(false);
  });

  it("so that nothing is logged without the right to log", async () => {
    const role = roleOfStage("ingest");
    const giveBack = watched.cloud.revoke(role, "logs:PutLogEvents");
    const from = watched.events.length;
    watched.cloud.setSecret("Totesys-Credentials", "{}");
    await watched.pass(5);
    watched.cloud.setSecret("Totesys-Credentials", watched.sourceSecret);
    giveBack();

    const events = watched.events.slice(from);
    expect(events.filter((event) => event.kind === "log" && event.stage === "ingest")).to.deep.equal([]);
    expect(denials(from).join("\n")).to.include("logs:PutLogEvents");
  });
});

/** True if a resource matches a pattern of a policy. */
const matches = (pattern: string, resource: string): boolean =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
  ).test(resource);
