/**
 * Marble: PostgreSQL -> ingestion bucket -> processed bucket -> warehouse.
 *
 * Three Lambdas move the data, each through the commits that it has not seen. A fourth helps with large commits, and a
 * fifth creates the business report. This file declares every component of the deployment. The file of each component
 * in infra/ explains it.
 */
import * as pulumi from "@pulumi/pulumi";
import { TASK_MESSAGES_PREFIX, modelPrefix } from "./domain/log/keys";
import { declarationsOf } from "./domain/declarations";
import { NEVER } from "./domain/report/mail";
import { ingest } from "./handlers/ingest";
import { load } from "./handlers/load";
import { processIngestion } from "./handlers/process";
import { remodel } from "./handlers/remodel";
import { Alerts } from "./infra/alarms/alerts";
import { boundEveryRole } from "./infra/permissions/boundary";
import { CommitNotification } from "./infra/stages/commit-notification";
import { parseConfig } from "./infra/settings/config";
import { checkDeclarations, contractsDigest } from "./infra/stages/lambda-environment";
import { Dashboard } from "./infra/alarms/dashboard";
import { DataAlarms } from "./infra/alarms/data-alarms";
import { LakeBucket } from "./infra/lake/lake-bucket";
import { LakeCatalogue } from "./infra/lake/lake-catalogue";
import { tagEverything } from "./infra/naming";
import {
  createObjects,
  dataFiles,
  listObjects,
  readObjects,
  readSecret,
  readTags,
  roleArnOf,
  tagObjects,
  uploadObjects,
} from "./infra/permissions/permissions";
import { QuickSight } from "./infra/quicksight/quicksight";
import { Report } from "./infra/stages/report";
import { Schedule } from "./infra/stages/schedule";
import { Stage } from "./infra/stages/stage";
import { Worker } from "./infra/stages/worker";

const config = parseConfig(pulumi.runtime.allConfig());
const { model, marts } = declarationsOf(config.model);
checkDeclarations({ model, marts });
const { protectData, kmsKeyArn, objectLockDays, logLevel, logRetentionDays } = config;
tagEverything();
boundEveryRole(config.permissionsBoundary);

// Alarms send mails to one address.
const alerts = new Alerts("alerts", { email: config.alertEmail, runbookUrl: config.runbookUrl });

// The lake: the captured changes of the source, and the rows to load into the warehouse.
const lakeArgs = { protectData, kmsKeyArn, objectLockDays };
const ingestion = new LakeBucket("ingestion", lakeArgs);
const processed = new LakeBucket("processed", lakeArgs);

// The keys of their objects.
const log = ["commits/*", "heads/*"];
const csv = dataFiles("csv");
const parquet = dataFiles("parquet");
// Each version of the model has a separate processed log. Earlier logs stay.
const inLog = (...keys: string[]): string[] => keys.map((key) => `${modelPrefix(model.version)}${key}`);
const earlier = Array.from({ length: model.version - 1 }, (_, index) => `${modelPrefix(index + 1)}commits/*`);
// The tasks of large commits, if there are workers.
const taskMessages = config.remodelConcurrency > 0 ? [`${TASK_MESSAGES_PREFIX}*`] : [];

// The common settings of the Lambdas.
const { subnetIds, securityGroupIds, tracing } = config;
const common = { alerts, logLevel, logRetentionDays, kmsKeyArn, subnetIds, securityGroupIds, tracing };

// Stage 2 turns the commits of stage 1 into commits of the star schema, as Parquet.
const processStage = new Stage("process", {
  handler: processIngestion,
  environment: {
    INGESTION_BUCKET: ingestion.name,
    PROCESSED_BUCKET: processed.name,
    MODEL: config.model,
    MIRROR: config.mirror,
    TASK_MB: String(config.taskMb),
    REMODEL_CONCURRENCY: String(config.remodelConcurrency),
    CALENDAR_START: config.calendarStart,
    CALENDAR_END: config.calendarEnd,
  },
  permissions: [
    listObjects(ingestion),
    readObjects({ bucket: ingestion, keys: ["commits/*", csv, "deleted/*"] }),
    listObjects(processed),
    readObjects({
      bucket: processed,
      keys: [...inLog("commits/*", "rejected/*", "state/*", "tasks/*"), ...earlier],
    }),
    createObjects({ bucket: processed, keys: inLog(...log, "tasks/*", ...taskMessages) }),
    uploadObjects({ bucket: processed, keys: inLog(parquet, "rejected/*", "state/*") }),
  ],
  startedBy: config.sweepSchedule,
  memoryMb: config.processMemory,
  ...common,
});

// Stage 1 is deployed after stage 2. It captures the source's changes and commits them to the ingestion bucket, as CSV.
const ingestStage = new Stage("ingest", {
  handler: ingest,
  environment: {
    INGESTION_BUCKET: ingestion.name,
    SOURCE_SECRET: config.sourceSecret,
    SOURCE_SCHEMAS: JSON.stringify([config.sourceSchema, ...config.moreSourceSchemas]),
    MAX_DELETE_PERCENT: String(config.maxDeletePercent),
    SLICE_MB: String(config.sliceMb),
    CONTRACTS: contractsDigest(model),
  },
  permissions: [
    readSecret(config.sourceSecret),
    listObjects(ingestion),
    readObjects({ bucket: ingestion, keys: ["commits/*", csv, "deleted/*", "keys/*"] }),
    createObjects({ bucket: ingestion, keys: log }),
    uploadObjects({ bucket: ingestion, keys: [csv, "deleted/*", "keys/*"] }),
    tagObjects({ bucket: ingestion, keys: ["commits/*"] }),
  ],
  // Stage 2 must know the new contracts before stage 1 announces them in a commit.
  after: [processStage],
  startedBy: config.ingestSchedule,
  memoryMb: config.ingestMemory,
  ...common,
});

// Workers do the tasks of a large commit in parallel for stage 2.
const worker =
  config.remodelConcurrency > 0
    ? new Worker("remodel", {
        handler: remodel,
        environment: {
          INGESTION_BUCKET: ingestion.name,
          PROCESSED_BUCKET: processed.name,
          MODEL: config.model,
        },
        permissions: [
          readObjects({ bucket: ingestion, keys: [csv] }),
          listObjects(processed),
          readObjects({ bucket: processed, keys: inLog(...taskMessages) }),
          createObjects({ bucket: processed, keys: inLog("tasks/*") }),
          uploadObjects({ bucket: processed, keys: inLog(parquet, "rejected/*") }),
        ],
        memoryMb: config.processMemory,
        tasks: { bucket: processed, prefix: `${modelPrefix(model.version)}${TASK_MESSAGES_PREFIX}` },
        concurrency: config.remodelConcurrency,
        ...common,
      })
    : undefined;
const workers = worker === undefined ? [] : [worker];

// Stage 3 loads the commits of stage 2 into the warehouse, each in one transaction.
const loadStage = new Stage("load", {
  handler: load,
  environment: {
    INGESTION_BUCKET: ingestion.name,
    PROCESSED_BUCKET: processed.name,
    WAREHOUSE_SECRET: config.warehouseSecret,
    WAREHOUSE_SCHEMA: config.warehouseSchema,
    MODEL: config.model,
    MARTS_SCHEMA: config.martsSchema,
    MIRROR_SCHEMA: config.mirrorSchema,
    FRESHNESS_MINUTES: String(config.freshnessMinutes),
  },
  permissions: [
    readSecret(config.warehouseSecret),
    listObjects(processed),
    readObjects({ bucket: processed, keys: inLog("commits/*", parquet) }),
    tagObjects({ bucket: processed, keys: inLog(parquet) }),
    readTags({ bucket: ingestion, keys: ["commits/*"] }),
  ],
  startedBy: config.loadSchedule,
  memoryMb: config.loadMemory,
  ...common,
});

// Nobody else changes the lake, and nobody overwrites an object. No setting changes these policies, because the
// deployment from GitHub may not write them.
ingestion.admit({ writers: [roleArnOf("ingest")], taggers: [roleArnOf("ingest")] });
processed.admit({ writers: [roleArnOf("process"), roleArnOf("remodel")], taggers: [roleArnOf("load")] });

// The triggers: schedules, and for stage 2 also new commits. Its schedule covers a lost event.
new Schedule("ingest-schedule", { expression: config.ingestSchedule, stage: ingestStage });
new CommitNotification("ingestion-commits", { bucket: ingestion, stage: processStage });
new Schedule("process-schedule", { expression: config.sweepSchedule, stage: processStage });
new Schedule("load-schedule", { expression: config.loadSchedule, stage: loadStage });

// Alarms for data that does not arrive, and for an unknown state.
const stages = { ingest: ingestStage, process: processStage, load: loadStage };
const rejected = { bucket: processed, prefix: `${modelPrefix(model.version)}rejected/` };
new DataAlarms("data", { stages, freshnessMinutes: config.freshnessMinutes, rejected, alerts });

// The business report: a page of the marts, created after loads.
const report =
  config.report && config.model === "declared" ? new Report("report", { config, common }) : undefined;

// For operators: a dashboard, and saved queries of the logs.
new Dashboard("overview", {
  stages,
  others: [...workers, ...(report ? [report.stage] : [])],
  buckets: [ingestion, processed],
  freshnessMinutes: config.freshnessMinutes,
  alerts,
});

// For questions that the warehouse cannot answer: the processed bucket as tables in Athena.
const lake = config.athena ? new LakeCatalogue("lake", { bucket: processed, model }) : undefined;

// For users of QuickSight: the marts as data sets, with an analysis and a dashboard.
const quickSight = config.quicksight ? new QuickSight("quicksight", { config, marts }) : undefined;

// The outputs of `pulumi stack output`.
export const buckets = { ingestion: ingestion.name, processed: processed.name };
export const functions = {
  ingest: ingestStage.function.name,
  process: processStage.function.name,
  load: loadStage.function.name,
  ...(worker && { remodel: worker.function.name }),
  ...(report && { report: report.stage.function.name }),
};
export const logGroups = {
  ingest: ingestStage.logGroup.name,
  process: processStage.logGroup.name,
  load: loadStage.logGroup.name,
  ...(worker && { remodel: worker.logGroup.name }),
  ...(report && { report: report.stage.logGroup.name }),
};
export const schedules = {
  ingest: config.ingestSchedule,
  process: config.sweepSchedule,
  load: config.loadSchedule,
};
export const secrets = { source: config.sourceSecret, warehouse: config.warehouseSecret };
export const athena = lake
  ? { database: lake.database, workgroup: lake.workgroup, readerRole: lake.readerRoleArn }
  : "off";
export const reports = report
  ? { bucket: report.bucket.name, function: report.stage.function.name, schedule: config.reportSchedule }
  : "off";
export const quicksight = quickSight
  ? { dataSource: quickSight.dataSourceArn, analyses: quickSight.ids, dashboards: quickSight.ids }
  : "off";
export const alertTopic = alerts.topicArn;
const { alertEmail } = config;
const reportEmail = config.reportEmail || alertEmail;
// A list, because the Pulumi CLI cuts a text off after 150 characters.
export const nextSteps = [
  ...(report && config.reportMail !== NEVER
    ? [
        "Open two mails from AWS, and confirm both within 48 hours.",
        `The mail to ${alertEmail} is about alarms.`,
        `The mail to ${reportEmail} is about reports.`,
      ]
    : [`Open the mail from AWS to ${alertEmail}, and confirm it within 48 hours.`]),
  "AWS mails nothing before you confirm.",
  "AWS deletes a subscription that is not confirmed within 48 hours: pulumi up --refresh then sends another mail.",
];
