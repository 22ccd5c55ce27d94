import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { METRICS, METRICS_NAMESPACE, type MetricDimensions, type MetricName } from "../../domain/metrics";
import { aboveRule, LASTING, OCCURRED, silenceRule, POSITIVE, type AlarmRule } from "./alarm-rules";
import { lastErrors, lastWarning, type AlarmText } from "./alarm-text";
import type { Alerts } from "./alerts";
import type { LakeBucket } from "../lake/lake-bucket";
import { nameOf } from "../naming";
import type { Stage } from "../stages/stage";

interface DataAlarmsArgs {
  readonly stages: Readonly<Record<MetricDimensions["service"], Stage>>;
  /** the maximum age of the warehouse */
  readonly freshnessMinutes: number;
  /** where process puts rejected rows */
  readonly rejected: { readonly bucket: LakeBucket; readonly prefix: string };
  readonly alerts: Alerts;
}

/** The dimensions of a stage's metrics in this stack. */
export const metricDimensions = (service: MetricDimensions["service"]): Record<string, string> => ({
  service,
  environment: pulumi.getStack(),
});

/** Alarms on the metrics of the stages: the age of the warehouse, and data that did not reach it. */
export class DataAlarms extends pulumi.ComponentResource {
  constructor(
    name: string,
    { stages, freshnessMinutes, rejected, alerts }: DataAlarmsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("marble:infra:DataAlarms", name, {}, opts);
    const alarm = (
      suffix: string,
      on: { readonly stage: MetricDimensions["service"]; readonly metric: MetricName },
      args: AlarmText & { readonly rule?: AlarmRule },
    ): void => {
      const { stage, metric } = on;
      const { rule = METRICS[metric] === "gauge" ? POSITIVE : OCCURRED, ...text } = args;
      const logGroup = stages[stage].logGroup;
      const dimensions = metricDimensions(stage);
      alerts.alarm(
        nameOf(suffix),
        { ...text, rule, logGroup, namespace: METRICS_NAMESPACE, metric, dimensions },
        { parent: this },
      );
    };
    const logOf = (stage: MetricDimensions["service"]): pulumi.Output<string> => stages[stage].logGroup.name;
    const othersContinue = "All other tables continue.";

    alarm(
      "freshness",
      { stage: "load", metric: "Freshness" },
      {
        alarm: `The warehouse is more than ${freshnessMinutes} minutes old. It may lack newer data of the source.`,
        ok: "The newest data is loaded in time again, except for tables for which another alarm rings. Nothing is left to do, unless another alarm rings.",
        meaning: "Reports lack newer data. The data in the warehouse was right at that time.",
        show: listRingingAlarms(),
        section: "the-warehouse-is-old",
        rule: aboveRule(freshnessMinutes * 60),
      },
    );
    alarm(
      "freshness-unknown",
      { stage: "load", metric: "Freshness" },
      {
        alarm: `For ${freshnessMinutes} minutes, no run of load has reported the age of the warehouse. Load is not started, cannot reach the warehouse, or has never loaded it.`,
        ok: "Load has reported the age of the warehouse. Nothing is left to do, unless another alarm rings.",
        meaning: "The warehouse gets no new data. The data in it stays right. No data is lost.",
        show: lastErrors(logOf("load")),
        section: "nobody-knows-how-old-the-warehouse-is",
        rule: silenceRule(freshnessMinutes),
      },
    );
    alarm(
      "rejected-rows",
      { stage: "process", metric: "RowsRejected" },
      {
        alarm: "Rows of the source break their contract. Process has rejected them, each with its reason.",
        ok: "Process has rejected no rows for an hour. A person may still have to correct earlier rejected rows.",
        meaning:
          "The warehouse lacks these rows, or shows an earlier version of them. Load has loaded all other rows.",
        show: pulumi.interpolate`aws s3 ls --recursive s3://${rejected.bucket.name}/${rejected.prefix} | tail -3 (each key names a table)`,
        section: "rejected-rows",
      },
    );
    alarm(
      "orphaned-rows",
      { stage: "load", metric: "OrphansWaiting" },
      {
        alarm: "Rows refer to a dimension row that does not exist. They wait in marble_orphan.",
        ok: "No row waits any more. Nothing is left to do, unless another alarm rings.",
        meaning:
          "The warehouse lacks these rows, or shows an earlier version of them, until the missing row arrives. Load then adds them automatically.",
        show: "SELECT fact, key, reason FROM marble_orphan WHERE healed_by IS NULL AND superseded_by IS NULL",
        section: "rows-wait-for-a-dimension",
      },
    );
    alarm(
      "quarantined-tables",
      { stage: "process", metric: "TablesQuarantined" },
      {
        alarm: "The columns of a table in the source no longer fit the model. The table waits in quarantine.",
        ok: "No table waits in quarantine. Nothing is left to do, unless another alarm rings.",
        meaning: `The warehouse gets no new data of that table until a person corrects the model. ${othersContinue} No data is lost.`,
        show: lastWarning(logOf("process"), "a table does not fit its contract and waits"),
        section: "a-table-is-quarantined",
      },
    );
    alarm(
      "held-tables",
      { stage: "ingest", metric: "TablesHeld" },
      {
        alarm: "A table in the source has lost so many rows that the delete guard holds it back.",
        ok: "No table is held back. Nothing is left to do, unless another alarm rings.",
        meaning: `The warehouse still shows the rows. It gets no new data of that table until a person allows the deletes or restores the rows. ${othersContinue}`,
        show: lastWarning(logOf("ingest"), "the table is held back by the delete guard"),
        section: "a-table-is-held-back",
      },
    );
    alarm(
      "failed-tables",
      { stage: "ingest", metric: "TablesFailed" },
      {
        alarm: "Every run of the last half hour has received an error from the source for a table.",
        ok: "Ingest receives no error for any table any more. Nothing is left to do, unless another alarm rings.",
        meaning: `The warehouse gets no new data of that table. ${othersContinue} No data is lost.`,
        show: lastWarning(logOf("ingest"), "a table could not be captured; the next run tries again"),
        section: "a-table-cannot-be-captured",
        rule: LASTING,
      },
    );
    alarm(
      "refused-tables",
      { stage: "ingest", metric: "TablesRefused" },
      {
        alarm: "Ingest refuses to capture a table of the source in its present form.",
        ok: "Ingest no longer refuses any table. Nothing is left to do, unless another alarm rings.",
        meaning: `The warehouse gets no new data of that table. ${othersContinue}`,
        show: lastWarning(logOf("ingest"), "a table is not ingested"),
        section: "a-table-is-refused",
      },
    );
    alarm(
      "absent-tables",
      { stage: "process", metric: "TablesAbsent" },
      {
        alarm: "A table that the model reads is gone from the source, or ingest may no longer read it.",
        ok: "The source has every table that the model reads. Nothing is left to do, unless another alarm rings.",
        meaning: `The warehouse still shows the last rows of that table, and gets no new data of it. ${othersContinue} No data is lost.`,
        show: lastWarning(logOf("ingest"), "a table is absent"),
        section: "a-table-is-absent",
      },
    );
    this.registerOutputs();
  }
}

/** A command that lists the ringing alarms of the stack and the time of their last change. */
function listRingingAlarms(): pulumi.Output<string> {
  const { region } = aws.getRegionOutput();
  return pulumi.interpolate`aws cloudwatch describe-alarms --region ${region} --alarm-name-prefix ${nameOf("")} --state-value ALARM --query 'MetricAlarms[].[AlarmName,StateUpdatedTimestamp]' --output text`;
}
