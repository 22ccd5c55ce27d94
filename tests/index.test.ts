import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { expect } from "chai";
import { zipSync } from "fflate";
import { model } from "../domain/declarations";
import { lakeTables } from "../infra/lake/lake-tables";
import { runProgram, type DeclaredFunction, type Program } from "../local/pulumi/program";
import type { DeclaredResource } from "../local/cloud/declared-resource";
import { EVERY_CHOICE } from "./support/program/choices";
import { bucketOf, resourcesOf, stageOf } from "./support/program/declared";
import { devProgram, programWith } from "./support/program/dev-program";
import { invokeArchive } from "./support/program/invoke-archive";

/** Every text within a value. */
const textsOf = (value: unknown): string[] =>
  typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [String(value)];

const STAGES = ["ingest", "process", "load", "report"];

describe("The program", () => {
  let workDirectory: string;
  let program: Program;

  before(async () => {
    workDirectory = mkdtempSync(join(tmpdir(), "marble-"));
    program = await devProgram();
  });
  after(() => rmSync(workDirectory, { recursive: true }));

  const all = (type: string): readonly DeclaredResource[] => resourcesOf(program.resources, type);
  const bucket = (part: string): DeclaredResource => bucketOf(program, part);
  const stage = (name: string): DeclaredFunction => stageOf(program, name);

  describe("declares Lambdas that", () => {
    it("are the four stages and a worker, on Node 24 and Graviton, each with its own role and log group", () => {
      expect(
        program.functions.map(({ environment }) => environment["POWERTOOLS_SERVICE_NAME"]),
      ).to.have.members([...STAGES, "remodel"]);
      for (const { inputs, arn } of all("Function")) {
        const timeout = arn === stage("remodel").arn ? 300 : 900;
        expect(inputs).to.include({ runtime: "nodejs24.x", timeout, memorySize: 512 });
        expect(inputs["architectures"]).to.deep.equal(["arm64"]);
      }
      expect(new Set(all("Function").map(({ inputs }) => inputs["role"])).size).to.equal(5);
      expect(program.functions.map(({ logGroup }) => logGroup)).to.have.members(
        all("LogGroup").map(({ name }) => name),
      );
      for (const { inputs } of all("LogGroup")) expect(inputs["retentionInDays"]).to.equal(30);
    });

    const common = [
      "POWERTOOLS_SERVICE_NAME",
      "POWERTOOLS_METRICS_NAMESPACE",
      "POWERTOOLS_LOG_LEVEL",
      "MARBLE_ENVIRONMENT",
      "NODE_OPTIONS",
    ];
    it("know the names of their buckets and secrets but hold no secret value", () => {
      expect(stage("ingest").environment)
        .to.have.all.keys(
          ...common,
          "INGESTION_BUCKET",
          "SOURCE_SECRET",
          "SOURCE_SCHEMAS",
          "MAX_DELETE_PERCENT",
          "SLICE_MB",
          "CONTRACTS",
        )
        .and.include({ INGESTION_BUCKET: bucket("ingestion").name, SOURCE_SECRET: "Totesys-Credentials" });
      expect(stage("process").environment)
        .to.have.all.keys(
          ...common,
          "INGESTION_BUCKET",
          "PROCESSED_BUCKET",
          "MODEL",
          "MIRROR",
          "TASK_MB",
          "REMODEL_CONCURRENCY",
          "CALENDAR_START",
          "CALENDAR_END",
        )
        .and.include({
          INGESTION_BUCKET: bucket("ingestion").name,
          PROCESSED_BUCKET: bucket("processed").name,
        });
      expect(stage("remodel").environment)
        .to.have.all.keys(...common, "INGESTION_BUCKET", "PROCESSED_BUCKET", "MODEL")
        .and.include({
          INGESTION_BUCKET: bucket("ingestion").name,
          PROCESSED_BUCKET: bucket("processed").name,
        });
      expect(stage("load").environment)
        .to.have.all.keys(
          ...common,
          "INGESTION_BUCKET",
          "PROCESSED_BUCKET",
          "WAREHOUSE_SECRET",
          "WAREHOUSE_SCHEMA",
          "MODEL",
          "MARTS_SCHEMA",
          "MIRROR_SCHEMA",
          "FRESHNESS_MINUTES",
        )
        .and.include({
          INGESTION_BUCKET: bucket("ingestion").name,
          PROCESSED_BUCKET: bucket("processed").name,
          WAREHOUSE_SECRET: "Warehouse-Credentials",
        });
      expect(stage("report").environment)
        .to.have.all.keys(
          ...common,
          "WAREHOUSE_SECRET",
          "WAREHOUSE_SCHEMA",
          "MARTS_SCHEMA",
          "REPORTS_BUCKET",
          "REPORTS_TOPIC",
          "REPORT_MAIL",
          "PAGE_SCRIPT",
        )
        .and.include({ REPORTS_BUCKET: bucket("reports").name, REPORT_MAIL: "never" });
    });

    for (const name of [...STAGES, "remodel"]) {
      it(`run in a fresh process, from an archive of at most 1 MB: ${name}`, async () => {
        const files = archiveOf(stage(name).directory);
        // The archive of the report also has the script of its page.
        expect(Object.keys(files)).to.have.lengthOf(name === "report" ? 4 : 3);
        expect(zipSync(files).length).to.be.lessThan(1024 * 1024);
        for (const [file, bytes] of Object.entries(files))
          expect(Buffer.from(bytes).toString(), `the console is in ${file}`).not.to.match(
            /preact|local\/console/,
          );
        // Without an environment the handler fails early. Its own error shows that the code is present and runs.
        const [answer] = await invokeArchive({ ...stage(name), environment: {} }, [{}]);
        expect(answer?.["error"]).to.match(/^TerminalError: the environment variable \w+ is not set/);
      });
    }
    for (const name of STAGES) {
      it(`try an event three times and then drop it: ${name}`, () => {
        const config = all("FunctionEventInvokeConfig").find(
          ({ inputs }) => inputs["functionName"] === stage(name).name,
        )!;
        expect(config.inputs)
          .to.include({ maximumRetryAttempts: 2 })
          .and.not.have.any.keys("destinationConfig");
      });
    }
  });

  describe("starts", () => {
    it("each stage on its schedule", () => {
      const schedules = all("Schedule").map(({ inputs }) => [
        (inputs["target"] as { arn: string }).arn,
        inputs["scheduleExpression"],
      ]);
      expect(schedules).to.have.deep.members([
        [stage("ingest").arn, "rate(5 minutes)"],
        [stage("process").arn, "rate(15 minutes)"],
        [stage("load").arn, "rate(5 minutes)"],
        [stage("report").arn, "rate(1 hour)"],
      ]);
    });

    it("process for each commit in the ingestion bucket and for no other object", () => {
      const ofIngestion = all("BucketNotification").filter(
        ({ inputs }) => inputs["bucket"] === bucket("ingestion").name,
      );
      expect(ofIngestion.map(({ inputs }) => inputs)).to.deep.equal([
        {
          bucket: bucket("ingestion").name,
          lambdaFunctions: [
            {
              lambdaFunctionArn: stage("process").arn,
              events: ["s3:ObjectCreated:*"],
              filterPrefix: "commits/",
              filterSuffix: ".json",
            },
          ],
        },
      ]);
      expect(all("Permission").map(({ inputs }) => inputs)).to.deep.equal([
        {
          function: stage("process").name,
          action: "lambda:InvokeFunction",
          principal: "s3.amazonaws.com",
          sourceArn: bucket("ingestion").arn,
          sourceAccount: "123456789012",
        },
      ]);
    });
  });

  it("closes, versions and encrypts every bucket", () => {
    const buckets = all("Bucket").map(({ name }) => name);
    expect(buckets, "ingestion, processed, reports, the results of queries").to.have.lengthOf(4);
    for (const type of [
      "BucketPublicAccessBlock",
      "BucketVersioning",
      "BucketServerSideEncryptionConfiguration",
      "BucketPolicy",
    ]) {
      expect(
        all(type).map(({ inputs }) => inputs["bucket"]),
        type,
      ).to.have.members(buckets);
    }
  });

  it("describes the processed bucket to Athena unless the stack switches that off", async () => {
    const tables = all("CatalogTable").map(({ inputs }) => inputs["parameters"] as Record<string, string>);
    expect(tables).to.have.lengthOf(lakeTables(model).length);
    for (const parameters of tables)
      expect(parameters["storage.location.template"]).to.match(
        new RegExp(`^s3://${bucket("processed").name}/`),
      );
    expect(program.outputs["athena"]).to.deep.equal({
      database: "marble_dev_lake",
      workgroup: all("Workgroup")[0]?.name,
      readerRole: all("Role").find(({ name }) => name.includes("lake-reader"))?.arn,
    });

    const without = await programWith({ athena: "false" });
    const types = without.resources
      .map(({ type }) => type)
      .filter((type) => /glue|athena|iam\/policy/.test(type));
    expect(types).to.deep.equal([]);
    expect(resourcesOf(without.resources, "Bucket")).to.have.lengthOf(3);
  });

  it("tags every resource that takes tags with its project and stack", () => {
    for (const type of ["Bucket", "Function", "Queue", "Topic", "Role", "LogGroup", "MetricAlarm"]) {
      for (const { inputs } of all(type))
        expect(inputs["tags"], type).to.deep.equal({ project: "marble", stack: "dev" });
    }
  });

  it("outputs the names of its resources and the next steps for a person", () => {
    expect(program.outputs).to.deep.include({
      buckets: { ingestion: bucket("ingestion").name, processed: bucket("processed").name },
      functions: {
        ingest: stage("ingest").name,
        process: stage("process").name,
        load: stage("load").name,
        remodel: stage("remodel").name,
        report: stage("report").name,
      },
      schedules: { ingest: "rate(5 minutes)", process: "rate(15 minutes)", load: "rate(5 minutes)" },
    });
    expect(String(program.outputs["nextSteps"]))
      .to.include("data@example.com")
      .and.include("within 48 hours")
      .and.include("pulumi up --refresh");
  });

  it("has no output that is too long for the Pulumi CLI", async () => {
    // maxLineLength in pkg/backend/display/object_diff.go of pulumi/pulumi
    const LONGEST = 150;
    const every = await programWith(EVERY_CHOICE);
    const texts = [program, every].flatMap(({ outputs }) => textsOf(outputs));
    expect(texts.length).to.be.above(40);
    expect(texts.filter((text) => text.length > LONGEST || text.includes("\n"))).to.deep.equal([]);
  });

  it("shares no physical name between two stacks in one account", async () => {
    const other = await runProgram({
      config: { "marble:alertEmail": "data@example.com" },
      stack: "prod",
      workDirectory: join(workDirectory, "prod"),
    });
    const names = ({ resources }: Program): string[] =>
      resources.filter(({ arn }) => arn !== "").map(({ arn }) => arn);
    expect(names(other)).to.have.lengthOf(names(program).length);
    expect(names(other).filter((name) => names(program).includes(name))).to.deep.equal([]);
  });

  it("applies the settings of its stack", async () => {
    const configured = await programWith({
      alertEmail: "ops@example.com",
      ingestSchedule: "rate(1 hour)",
      freshnessMinutes: "120",
      runbookUrl: "https://example.com/runbook",
      sourceSecret: "other/source",
      loadMemory: "2048",
      logRetentionDays: "7",
    });
    const loader = configured.functions.find(
      ({ environment }) => environment["POWERTOOLS_SERVICE_NAME"] === "load",
    );
    expect(loader?.memoryMb).to.equal(2048);
    expect(JSON.stringify(configured.resources.map(({ inputs }) => inputs)))
      .to.include("rate(1 hour)")
      .and.include(":secret:other/source-??????")
      .and.include('"retentionInDays":7')
      .and.include("ops@example.com");
  });
});

/** The files of a folder by their path in it. */
function archiveOf(directory: string): Record<string, Uint8Array> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [relative(directory, path), readFileSync(path)];
    }),
  );
}
