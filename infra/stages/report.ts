import { join, resolve } from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { NEVER } from "../../domain/report/mail";
import { LATEST_REPORT, MAILED_PREFIX } from "../../domain/report/keys";
import { parseSchedule, longestPause } from "../../domain/formats/schedule/schedule";
import { report } from "../../handlers/report";
import { LONGEST_SILENCE, silenceRule } from "../alarms/alarm-rules";
import { bundlePageScript } from "./bundle";
import type { MarbleConfig } from "../settings/config";
import { LakeBucket } from "../lake/lake-bucket";
import { nameOf } from "../naming";
import {
  createObjects,
  listObjects,
  publishMessages,
  readObjects,
  readSecret,
} from "../permissions/permissions";
import { Schedule } from "./schedule";
import { Stage, type StageArgs } from "./stage";
import { functionAlarm } from "../alarms/stage-alarms";
import type { Surroundings } from "./stage-function";

interface ReportArgs {
  readonly config: MarbleConfig;
  /** the settings that it shares with the other stages */
  readonly common: Pick<StageArgs, "alerts" | "logLevel" | "logRetentionDays" | keyof Surroundings>;
}

/** The keys of the reports: `YYYY/MM/DD/commit-<number>-<time>.html`, and more before `.html`; see `domain/report/keys.ts`. */
const REPORTS = "????/??/??/commit-*.html";
const PAGE = join(__dirname, "../../domain/report/browser/main.ts");

/**
 * The business report: a stage that creates a page from the marts, a bucket for the pages, and a topic that mails links
 * to them.
 *
 * The bucket is closed. Without access to the account, a link is the only way to a report.
 */
export class Report extends pulumi.ComponentResource {
  readonly bucket: LakeBucket;
  readonly stage: Stage;

  constructor(name: string, { config, common }: ReportArgs, opts?: pulumi.ComponentResourceOptions) {
    super("marble:infra:Report", name, {}, opts);
    const child = { parent: this };
    const { kmsKeyArn, reportRetentionDays, reportEmail, alertEmail } = config;

    this.bucket = new LakeBucket(
      "reports",
      // Reports can be created again. If the report is switched off, existing ones stay until they expire.
      { protectData: false, leavesItsData: true, kmsKeyArn, expireDays: reportRetentionDays },
      child,
    );
    const topic = new aws.sns.Topic(nameOf("reports"), {}, child);
    // A person must confirm each subscription.
    if (config.reportMail !== NEVER)
      new aws.sns.TopicSubscription(
        nameOf("reports"),
        { topic: topic.arn, protocol: "email", endpoint: reportEmail || alertEmail },
        child,
      );
    const script = bundlePageScript(resolve(PAGE));

    this.stage = new Stage(
      name,
      {
        handler: report,
        environment: {
          WAREHOUSE_SECRET: config.warehouseSecret,
          WAREHOUSE_SCHEMA: config.warehouseSchema,
          MARTS_SCHEMA: config.martsSchema,
          REPORTS_BUCKET: this.bucket.name,
          REPORTS_TOPIC: topic.arn,
          REPORT_MAIL: config.reportMail,
          PAGE_SCRIPT: script,
        },
        extraFiles: [script],
        permissions: [
          readSecret(config.warehouseSecret),
          listObjects(this.bucket),
          createObjects({ bucket: this.bucket, keys: [REPORTS, LATEST_REPORT, `${MAILED_PREFIX}*`] }),
          // A link has the permissions of its creator. S3 requires the permission to read for an overwrite with a
          // matching ETag. A run also reads whether the day's mail is its own.
          readObjects({ bucket: this.bucket, keys: [REPORTS, LATEST_REPORT, `${MAILED_PREFIX}*`] }),
          publishMessages(topic),
        ],
        startedBy: config.reportSchedule,
        memoryMb: 512,
        standstill:
          "There is no new report. The latest report shows its age. The warehouse still gets new data.",
        ...common,
      },
      child,
    );
    this.bucket.admit({
      writers: [this.stage.roleArn],
      taggers: [this.stage.roleArn],
      replaceable: LATEST_REPORT,
    });
    new Schedule(`${name}-schedule`, { expression: config.reportSchedule, stage: this.stage }, child);
    const silence = 2 * longestPause(parseSchedule(config.reportSchedule)) + 15;
    functionAlarm(
      {
        fullName: nameOf(name),
        functionName: this.stage.function.name,
        logGroup: this.stage.logGroup,
        alerts: common.alerts,
      },
      {
        metric: "Invocations",
        rule: silenceRule(Math.min(silence, LONGEST_SILENCE)),
        alarm: `Nothing has started ${nameOf(name)} for ${Math.min(silence, LONGEST_SILENCE)} minutes. After a deployment that switches the report on, this alarm rings until the first run.`,
        ok: "A run has started. Nothing is left to do, unless another alarm rings.",
        meaning: this.stage.standstill,
        show: `aws scheduler list-schedules --name-prefix ${nameOf(name)} --query 'Schedules[].[Name,State]' --output text`,
        section: "a-schedule-cannot-start-its-stage",
      },
      child,
    );
    this.registerOutputs();
  }
}
