import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { SETTING_NAMES } from "../../infra/settings/config";
import { LakeBucket } from "../../infra/lake/lake-bucket";
import { EVERY_CHOICE } from "../support/program/choices";
import { registrationsOf, type Registration } from "../support/program/registrations";

/**
 * Types whose state no deployment can restore, each with the inputs that make AWS replace the resource. The provider's
 * documentation marks these inputs "Forces new resource".
 *
 * A bucket holds data, a queue holds failed events, a log group holds logs and a topic holds its subscriptions. A
 * subscription holds somebody's confirmation.
 */
const STATEFUL: ReadonlyMap<string, readonly string[]> = new Map([
  ["aws:s3/bucket:Bucket", ["bucket", "bucketPrefix", "objectLockEnabled", "region"]],
  ["aws:sqs/queue:Queue", ["name", "namePrefix", "fifoQueue", "region"]],
  ["aws:cloudwatch/logGroup:LogGroup", ["name", "namePrefix", "logGroupClass", "region"]],
  ["aws:sns/topic:Topic", ["name", "namePrefix", "fifoTopic", "region"]],
  ["aws:sns/topicSubscription:TopicSubscription", ["topic", "protocol", "endpoint", "region"]],
  ["aws:kms/key:Key", ["customerMasterKeySpec", "keyUsage", "multiRegion", "region"]],
]);

/** Types that a deployment can recreate. A new type belongs here or above. */
const STATELESS: readonly string[] = [
  "aws:athena/namedQuery:NamedQuery",
  "aws:athena/workgroup:Workgroup",
  "aws:cloudformation/stack:Stack",
  "aws:cloudwatch/dashboard:Dashboard",
  "aws:cloudwatch/metricAlarm:MetricAlarm",
  "aws:cloudwatch/queryDefinition:QueryDefinition",
  "aws:glue/catalogDatabase:CatalogDatabase",
  "aws:glue/catalogTable:CatalogTable",
  "aws:iam/role:Role",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:lambda/eventSourceMapping:EventSourceMapping",
  "aws:lambda/function:Function",
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
  "aws:lambda/permission:Permission",
  "aws:quicksight/dataSet:DataSet",
  "aws:quicksight/dataSource:DataSource",
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  "aws:s3/bucketNotification:BucketNotification",
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketVersioning:BucketVersioning",
  "aws:scheduler/schedule:Schedule",
  "aws:sns/topicPolicy:TopicPolicy",
  "aws:sqs/queuePolicy:QueuePolicy",
];

/**
 * Another value for every setting. `alertEmail` is left out and `reportEmail` is empty, because a new address replaces
 * its subscription on purpose.
 */
const OTHER_CONFIGURATION: Readonly<Record<string, string>> = {
  ingestSchedule: "rate(1 hour)",
  loadSchedule: "rate(1 hour)",
  sweepSchedule: "rate(1 hour)",
  sourceSecret: "other/source",
  warehouseSecret: "other/warehouse",
  sourceSchema: "other",
  moreSourceSchemas: "further",
  warehouseSchema: "other",
  martsSchema: "other",
  mirror: "all",
  mirrorSchema: "other_mirror",
  model: "declared",
  calendarStart: "2010-01-01",
  calendarEnd: "2040-12-31",
  maxDeletePercent: "10",
  freshnessMinutes: "240",
  runbookUrl: "https://example.com/runbook",
  logRetentionDays: "7",
  logLevel: "DEBUG",
  ingestMemory: "1024",
  processMemory: "2048",
  loadMemory: "1024",
  sliceMb: "1024",
  taskMb: "64",
  // This switches the task queue. Its messages only announce tasks, and their results are in the bucket.
  remodelConcurrency: "8",
  protectData: "false",
  ...EVERY_CHOICE,
  // This switches the bucket of query results, which are kept for a week.
  athena: "true",
  // This switches the bucket of reports, which stay in AWS.
  report: "true",
  reportSchedule: "rate(2 hours)",
  reportMail: "07:00",
  reportEmail: "",
  reportRetentionDays: "7",
};

// Somebody gets links to reports here, because a subscription is state too.
const CONFIG = { "marble:alertEmail": "data@example.com", "marble:reportMail": "asked" };
const SNAPSHOT = join(__dirname, "stateful-resources.json");

describe("A change of the program", () => {
  let registered: readonly Registration[];

  before(async function () {
    this.timeout(60_000);
    registered = await registrationsOf({ config: CONFIG });
  });

  it("keeps every stateful resource by its committed URN or by an alias", () => {
    // A rename makes this fail until an alias names the old resource. See docs/deploy.md, "Changing the program without
    // losing data". Add the new URN to the file. Remove the old URN and the alias once every stack has been deployed.
    const committed = JSON.parse(readFileSync(SNAPSHOT, "utf8")) as string[];
    expect(lost(committed, registered), "would be deleted").to.deep.equal([]);
    expect(
      urnsOf(registered).filter((urn) => !committed.includes(urn)),
      "not in tests/infra/stateful-resources.json",
    ).to.deep.equal([]);
  });

  it("adds no resource type that is not listed as stateful or stateless", () => {
    const types = new Set(registered.map(({ type }) => type).filter((type) => !type.startsWith("marble:")));
    expect([...types].filter((type) => !STATEFUL.has(type) && !STATELESS.includes(type))).to.deep.equal([]);
  });

  it("replaces no stateful resource when its settings change", async () => {
    expect(Object.keys(OTHER_CONFIGURATION)).to.have.members(
      SETTING_NAMES.filter((name) => name !== "alertEmail"),
    );
    const other = Object.entries(OTHER_CONFIGURATION).map(([name, value]) => [`marble:${name}`, value]);
    const configured = await registrationsOf({
      config: { ...CONFIG, ...(Object.fromEntries(other) as Record<string, string>) },
    });
    expect(identities(configured)).to.deep.equal(identities(registered));
  }).timeout(60_000);

  it("replaces no stateful resource because of an option", () => {
    for (const { urn, options } of stateful(registered)) {
      expect(options, urn).to.not.have.any.keys("replaceOnChanges", "replaceWith", "replacementTrigger");
    }
  });

  it("cannot delete a bucket of the lake, or the bucket of reports that a setting removes", () => {
    const buckets = registered.filter(
      ({ type, urn }) => type === "aws:s3/bucket:Bucket" && !urn.endsWith("-lake-results"),
    );
    expect(buckets).to.have.lengthOf(3);
    for (const { urn, inputs, options } of buckets) {
      // Pulumi's engine refuses to delete a protected resource, even one that would be retained in AWS.
      expect(options, urn).to.include({ protect: !urn.endsWith("-reports"), retainOnDelete: true });
      expect(inputs["forceDestroy"], urn).to.equal(false);
    }
  });

  it("is deployed to process before ingest, whose next commit announces changed contracts", async () => {
    const ingest = registered.find(({ urn }) => urn.endsWith("lambda/function:Function::marble-dev-ingest"));
    const dependsOn = ([ingest?.options.dependsOn ?? []] as pulumi.Resource[][]).flat();
    const urns = await Promise.all(
      dependsOn.map(({ urn }) => new Promise<string>((done) => urn.apply(done))),
    );
    expect(urns.map((urn) => urn.split("::").at(-1))).to.include("marble-dev-process");
  });

  it("deletes no protected resource when options are switched off", async () => {
    const less = await registrationsOf({
      config: { ...CONFIG, "marble:athena": "false", "marble:report": "false" },
    });
    const left = new Set(less.map(({ urn }) => urn));
    const gone = registered.filter(({ urn }) => !left.has(urn));
    expect(gone.filter(({ type }) => type === "aws:s3/bucket:Bucket")).to.have.lengthOf(2);
    expect(gone.filter(({ options }) => options.protect === true).map(({ urn }) => urn)).to.deep.equal([]);
  }).timeout(60_000);

  describe("that renames a component", () => {
    const committed = (): Promise<readonly Registration[]> =>
      registrationsOf({
        config: {},
        program: () => {
          new LakeBucket("ingestion", { protectData: true });
        },
      });
    const renamed = (opts?: pulumi.ComponentResourceOptions): Promise<readonly Registration[]> =>
      registrationsOf({
        config: {},
        program: () => {
          new LakeBucket("landing", { protectData: true }, opts);
        },
      });

    it("is reported to lose the state inside", async () => {
      expect(lost(urnsOf(await committed()), await renamed())).to.deep.equal([
        "urn:pulumi:dev::marble::marble:infra:LakeBucket$aws:s3/bucket:Bucket::marble-dev-ingestion",
      ]);
    });

    it("is reported to lose it if only the component has an alias, because inner names derive from its name", async () => {
      const aliased = await renamed({ aliases: [{ name: "ingestion" }] });
      expect(lost(urnsOf(await committed()), aliased)).to.have.lengthOf(1);
    });

    it("keeps the state with the aliases of docs/deploy.md for everything inside", async () => {
      const wasIngestion: pulumi.ResourceTransformation = ({ name, props, opts }) => ({
        props,
        opts: pulumi.mergeOptions(opts, { aliases: [{ name: name.replace("landing", "ingestion") }] }),
      });
      const aliased = await renamed({ transformations: [wasIngestion] });
      expect(lost(urnsOf(await committed()), aliased)).to.deep.equal([]);
      const before = await committed();
      const known = new Set(aliased.flatMap(({ urn, aliases }) => [urn, ...aliases]));
      expect(before.map(({ urn }) => urn).filter((urn) => !known.has(urn))).to.deep.equal([]);
    });
  });
});

function stateful(registrations: readonly Registration[]): readonly Registration[] {
  return registrations.filter(({ type }) => STATEFUL.has(type));
}

function urnsOf(registrations: readonly Registration[]): string[] {
  return stateful(registrations)
    .map(({ urn }) => urn)
    .sort();
}

/** The committed resources that a program no longer declares under their current or an earlier name. */
function lost(committed: readonly string[], registrations: readonly Registration[]): string[] {
  const known = new Set(registrations.flatMap(({ urn, aliases }) => [urn, ...aliases]));
  return committed.filter((urn) => !known.has(urn));
}

/** The URN of each stateful resource with the inputs whose change replaces it. */
function identities(registrations: readonly Registration[]): Record<string, unknown> {
  return Object.fromEntries(
    stateful(registrations).map(({ type, urn, inputs }) => [
      urn,
      Object.fromEntries((STATEFUL.get(type) ?? []).map((name) => [name, inputs[name]])),
    ]),
  );
}
