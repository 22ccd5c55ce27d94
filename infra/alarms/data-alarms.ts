import * as pulumi from "@pulumi/pulumi";
import { METRICS, METRICS_NAMESPACE, type MetricDimensions, type MetricName } from "../../domain/metrics";
import { above, lasts, once, silent, stands, type AlarmRule } from "./alarm-rules";
import type { AlarmArgs, Alerts } from "./alerts";
import { nameOf } from "../naming";
import type { Stage } from "../stages/stage";

export interface DataAlarmsArgs {
  readonly stages: Readonly<Record<MetricDimensions["service"], Stage>>;
  /** how old the warehouse may become */
  readonly freshnessMinutes: number;
  readonly alerts: Alerts;
}

/** The dimensions of a stage's metrics in this stack. */
export const metricDimensions = (service: MetricDimensions["service"]): Record<string, string> => ({
  service,
  environment: pulumi.getStack(),
});

/** Alarms on what the stages themselves tell: the age of the warehouse, and data that did not get there. */
export class DataAlarms extends pulumi.ComponentResource {
  constructor(
    name: string,
    { stages, freshnessMinutes, alerts }: DataAlarmsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("marble:infra:DataAlarms", name, {}, opts);
    const alarm = (
      suffix: string,
      on: { readonly stage: MetricDimensions["service"]; readonly metric: MetricName },
      args: Pick<AlarmArgs, "what" | "meaning" | "section"> & { readonly rule?: AlarmRule },
    ): void => {
      const { stage, metric } = on;
      const { rule = METRICS[metric] === "gauge" ? stands : once, ...text } = args;
      const logGroup = stages[stage].logGroup;
      const dimensions = metricDimensions(stage);
      alerts.alarm(
        nameOf(suffix),
        { ...text, rule, logGroup, namespace: METRICS_NAMESPACE, metric, dimensions },
        { parent: this },
      );
    };

    alarm(
      "freshness",
      { stage: "load", metric: "Freshness" },
      {
        what: `The warehouse is more than ${freshnessMinutes} minutes old: since then it has not been known to show what the source has.`,
        meaning: "Reports miss what happened since. What the warehouse shows is right as of that time.",
        section: "the-warehouse-is-old",
        rule: above(freshnessMinutes * 60),
      },
    );
    alarm(
      "freshness-unknown",
      { stage: "load", metric: "Freshness" },
      {
        what: `For ${freshnessMinutes} minutes no run of load has said how old the warehouse is: it is not started, cannot reach the warehouse, or has never loaded it.`,
        meaning: "The warehouse gets nothing new; what it shows stays right. Nothing is lost.",
        section: "nobody-knows-how-old-the-warehouse-is",
        rule: silent(freshnessMinutes),
      },
    );
    alarm(
      "rejected-rows",
      { stage: "process", metric: "RowsRejected" },
      {
        what: "Rows of the source break their contract and were put aside, in rejected/ of the processed bucket, each with its reason.",
        meaning:
          "The warehouse lacks these rows, or shows an earlier version of them. All others are loaded.",
        section: "rejected-rows",
      },
    );
    alarm(
      "orphaned-rows",
      { stage: "load", metric: "OrphansWaiting" },
      {
        what: "Rows refer to a row that is in no dimension; they wait in marble_orphan.",
        meaning:
          "The warehouse lacks these rows, or shows an earlier version of them, until the row comes; then they are loaded by themselves.",
        section: "rows-wait-for-a-dimension",
      },
    );
    alarm(
      "quarantined-tables",
      { stage: "process", metric: "TablesQuarantined" },
      {
        what: "The columns of a table in the source no longer fit the model: the table waits in quarantine. The log says which and why.",
        meaning:
          "The warehouse tables made from it stay as they are; all others continue. Nothing is lost: the waiting commits are processed once the model is corrected.",
        section: "a-table-is-quarantined",
      },
    );
    alarm(
      "held-tables",
      { stage: "ingest", metric: "TablesHeld" },
      {
        what: "A table in the source lost so many rows that the delete guard holds it back. The log says which and how many.",
        meaning:
          "The warehouse still shows the rows, and nothing newer of that table, until a person allows the deletes or the rows are back. All others go on.",
        section: "a-table-is-held-back",
      },
    );
    alarm(
      "failed-tables",
      { stage: "ingest", metric: "TablesFailed" },
      {
        what: "For half an hour every run has failed to capture a table: the source gives an error for it. The log says which and why.",
        meaning:
          "The warehouse gets no new rows of that table; all others continue. Nothing is lost: once the table can be read, its capture continues from the last commit.",
        section: "a-table-cannot-be-captured",
        rule: lasts,
      },
    );
    alarm(
      "refused-tables",
      { stage: "ingest", metric: "TablesRefused" },
      {
        what: "A table in the source cannot be captured as it is. The log says which and why.",
        meaning: "The warehouse gets nothing new of that table; all others go on.",
        section: "a-table-is-refused",
      },
    );
    this.registerOutputs();
  }
}
