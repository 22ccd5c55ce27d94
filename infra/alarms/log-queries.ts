import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nameOf } from "../naming";

/** A query on the logs of the stages, in the language of CloudWatch Logs Insights. */
interface LogQuery {
  /** The name after the stack's folder. CloudWatch refuses a colon, a star and a slash in it. */
  readonly name: string;
  readonly query: string;
}

/** Queries the logs, because a metric for each table and stage would cost money each month. */
export const ROWS_BY_TABLE: LogQuery = {
  name: "rows by table and stage",
  query: `filter message in ["captured", "written", "loaded into a table"]
| stats sum(rows) as total by table, service
| sort table, service`,
};

const LOG_QUERIES: readonly LogQuery[] = [
  ROWS_BY_TABLE,
  {
    name: "failed runs and why",
    query: `filter level = "ERROR"
| fields @timestamp, service, error.message, kind, table, commit
| sort @timestamp desc
| limit 100`,
  },
  {
    name: "warnings (tables held back, in quarantine, waiting rows)",
    query: `filter level = "WARN"
| fields @timestamp, service, message, table, commit, reason
| sort @timestamp desc
| limit 100`,
  },
  {
    name: "one commit on its way (put in its number)",
    query: `filter commit = 1
| fields @timestamp, service, message, table, rows, bytes, durationMs
| sort @timestamp`,
  },
  {
    name: "duration and memory of runs",
    query: `filter @type = "REPORT"
| stats count() as runs, max(@duration) / 1000 as seconds, max(@maxMemoryUsed) / 1000 / 1000 as megabytes by @log, bin(1h)`,
  },
];

/** Saves the queries in the console, under the name of the stack. */
export function saveLogQueries(
  logGroupNames: readonly pulumi.Input<string>[],
  opts: pulumi.CustomResourceOptions = {},
): void {
  for (const { name, query } of LOG_QUERIES) {
    new aws.cloudwatch.QueryDefinition(
      nameOf(`query-${name.replaceAll(/[^a-z]+/g, "-")}`),
      {
        // A slash makes a folder in the console.
        name: `${pulumi.getProject()}-${pulumi.getStack()}/${name}`,
        logGroupNames: [...logGroupNames],
        queryString: query,
      },
      opts,
    );
  }
}
