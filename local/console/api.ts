/**
 * The messages between the console's server and its pages, as types. Both sides are checked against them. Times are ISO
 * 8601 in UTC. Durations are in milliseconds, sizes in bytes.
 */

export type StageName = "ingest" | "process" | "load";
export const STAGES: readonly StageName[] = ["ingest", "process", "load"];

/** The functions that are not stages: `remodel` runs tasks of process, `report` makes the business report. */
export type HelperName = "remodel" | "report";

export type {
  SourceTables,
  SourceTableView,
  TablesView,
  WarehouseTables,
  WarehouseTableView,
  TableBehind,
  WhatToDo,
} from "./tables-api";
export type { Reading, StoreName, StoreProblem } from "./reading-api";
import type { Reading, StoreProblem } from "./reading-api";
import type { TableBehind, TablesView } from "./tables-api";

/** The topics that the server announces: something of this topic is new, and the page should fetch it. */
export const TOPICS = ["runs", "logs", "alarms", "activity"] as const;
export type Topic = (typeof TOPICS)[number];

/** A finished invocation of a stage. */
export interface RunView {
  /** Lambda's request id, which each line of its log contains. */
  readonly id: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly ok: boolean;
  readonly durationMs: number;
  /** What it did, or its error message. */
  readonly says: string;
  /** The commits in which the run rejected rows. */
  readonly rejected: readonly number[];
}

/** The failures of a stage since its last success. */
export interface FailureView {
  readonly since: string;
  readonly count: number;
  readonly sentence: string;
  readonly remedy: string;
}

export interface StageView {
  readonly name: StageName | HelperName;
  /** `behind`: the stage works, but some tables are behind. `unknown`: the lake or the warehouse does not answer. */
  readonly state: "never" | "running" | "failed" | "waiting" | "behind" | "unknown" | "idle";
  /** Commits of the previous log that it has not handled yet; null for ingest, and when the number is unknown. */
  readonly backlog: number | null;
  readonly nextRun: string | null;
  /** The newest last. */
  readonly runs: readonly RunView[];
  readonly failure: FailureView | null;
  /** The last failure from which the stage has recovered. */
  readonly recovery: { readonly failedAt: string; readonly at: string; readonly sentence: string } | null;
}

/** The state of the pipeline, from the source to the warehouse. */
export interface Overview {
  /** For a user's own source, only the next run of ingest shows whether it is up. */
  readonly source: { readonly name: string; readonly state: "up" | "stopped" | "yours" };
  readonly stages: readonly StageView[];
  /** The functions of the program that are not stages. */
  readonly helpers: readonly StageView[];
  /** The newest commit of each log and of the warehouse; 0 before the first, null when it is unknown. */
  readonly ingested: number | null;
  readonly processed: number | null;
  readonly loaded: number | null;
  /** The newest time at which the warehouse is known to match the source. */
  readonly shows: string | null;
  readonly freshnessMinutes: number;
  readonly alarms: { readonly ringing: number; readonly all: number };
  /** The tables of the source that are behind in the warehouse. */
  readonly behind: readonly TableBehind[];
  /** Rows that are missing in the warehouse. */
  readonly lacking: {
    /** Rejected rows of the source that are still missing, by table. */
    readonly rejected: readonly TableRows[];
    /** Rows that wait in the warehouse for a row to which they refer. */
    readonly waiting: number;
  };
  /** Why a log of the lake cannot be read; null when both can. The tables that are behind are unknown then. */
  readonly lakeProblem: StoreProblem | null;
  /** Why the warehouse does not answer; null when it does. */
  readonly warehouseProblem: StoreProblem | null;
}

export interface TableRows {
  readonly table: string;
  readonly rows: number;
}

/** The progress of a commit through the stages. */
export interface CommitRow {
  readonly number: number;
  readonly ingest: {
    readonly at: string;
    readonly rows: number;
    readonly deleted: number;
    readonly bytes: number;
    readonly runMs: number | null;
    readonly tables: readonly TableRows[];
  };
  readonly process: {
    readonly at: string;
    readonly rows: number;
    readonly bytes: number;
    readonly rejected: number;
    readonly runMs: number | null;
    /** The id of the run that made it, as in `RunView`. */
    readonly run: string | null;
    readonly tables: readonly TableRows[];
  } | null;
  readonly load: { readonly at: string; readonly rows: number; readonly runMs: number | null } | null;
}

interface CommitList {
  /** The newest first. */
  readonly commits: readonly CommitRow[];
  /** Request the commits before this one to see more; null when these are all. */
  readonly before: number | null;
}

export interface Commits {
  readonly list: Reading<CommitList>;
  /** The bucket of the ingestion log, to which the numbers link. */
  readonly bucket: string;
  /** Why the state of the warehouse is unknown; null when it is known. Commits that were seen there are still there. */
  readonly warehouseProblem: StoreProblem | null;
}

/** A metric over the last half hour, with one value a minute; null for a minute without a measurement. */
export interface Chart {
  readonly namespace: string;
  readonly metric: string;
  /** The plain name of the metric. */
  readonly title: string;
  /** The unit of the values, such as `rows` or `s`; empty without a unit. */
  readonly unit: string;
  readonly statistic: string;
  readonly series: readonly { readonly of: string; readonly values: readonly (number | null)[] }[];
}

export interface Metrics {
  readonly from: string;
  readonly to: string;
  readonly charts: readonly Chart[];
}

export interface AlarmView {
  readonly name: string;
  readonly state: "OK" | "ALARM" | "INSUFFICIENT_DATA";
  readonly since: string | null;
  readonly reason: string;
  readonly description: string;
  /** For a ringing alarm, the places of the console that show its subject. */
  readonly leads: readonly { readonly text: string; readonly address: string }[];
}

interface MailView {
  readonly to: string;
  readonly subject: string;
  readonly at: string;
  readonly body: string;
}

export type LogLevel = "DEBUG" | "INFO" | "WARN" | "ERROR" | "TEXT";

export interface LogLine {
  readonly at: string;
  /** The function that wrote the line. */
  readonly stage: StageName | "report" | "remodel";
  readonly level: LogLevel;
  /** One line, or several lines of one text, such as a stack trace. */
  readonly message: string;
  readonly fields: string;
  /** The stack of an error among the fields; null without an error. */
  readonly stack: string | null;
  /** The id of the run that wrote it, as in `RunView`; null when the line does not name it. */
  readonly run: string | null;
}

export interface Logs {
  /** The matching lines, the newest first, as many as fit a page. */
  readonly lines: readonly LogLine[];
  readonly matching: number;
  /** Older lines are only in the log files. */
  readonly kept: number;
}

/** The objects and folders directly under a prefix of a bucket. */
interface Folder {
  readonly folders: readonly string[];
  readonly objects: readonly { readonly key: string; readonly bytes: number; readonly at: string }[];
  /** Request the next part with it; null at the end. */
  readonly next: string | null;
}

/** Some rows of an object. */
export interface TablePage {
  readonly kind: "table";
  readonly columns: readonly string[];
  /** null is NULL, unlike the empty text. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** Request the next rows with it; null at the end. */
  readonly next: string | null;
  /** The number of rows of the object; null if it is too large to count them. */
  readonly total: number | null;
}

/** A commit, with the files that it names. */
export interface CommitPage {
  readonly kind: "commit";
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly tables: readonly {
    readonly table: string;
    readonly what: string;
    readonly rows: number;
    readonly deleted: number;
    readonly files: readonly { readonly key: string; readonly rows: number; readonly bytes: number }[];
  }[];
}

export interface TextPage {
  readonly kind: "text";
  readonly text: string;
  readonly cut: boolean;
}

export type ObjectPage = TablePage | CommitPage | TextPage;

/** A row that is missing in the warehouse. */
export interface RejectedRowView {
  readonly commit: number;
  readonly table: string;
  readonly reason: string;
  /** The columns of the row and their values, null for NULL. A waiting row has only its key. */
  readonly row: readonly (readonly [column: string, value: string | null])[];
  /** What happened to it later, according to the commits that were searched. */
  readonly since: RowSince;
  /** The id of the run that rejected it, as in `RunView`; null when it is unknown. */
  readonly run: string | null;
}

/**
 * What happened to a rejected row later: it is missing, or a commit brought it, found it deleted, or rejected it again.
 * The outcome is unknown for rows that process only counts.
 */
export type RowSince =
  | { readonly state: "missing" }
  | { readonly state: "unknown" }
  | { readonly state: "corrected" | "deleted" | "rejected again"; readonly commit: number };

export interface RejectedList {
  /** The rows of the newest commits that break their contract, the newest first. */
  readonly rows: readonly RejectedRowView[];
  /** The number of commits that were searched, from the newest on. */
  readonly commits: number;
}

export interface Rejected {
  readonly rejected: Reading<RejectedList>;
  /** Rows that wait for a row of a dimension. */
  readonly waiting: Reading<readonly RejectedRowView[]>;
  /** The bucket of the ingestion log, to which the commit numbers link. */
  readonly bucket: string;
}

/** A table of the source in the newest commit. */
export interface SchemaView {
  readonly table: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly key: readonly string[];
  readonly rows: number;
  /** Why it is held, absent or not ingested; null for any other table. */
  readonly problem: string | null;
}

export interface SchemaList {
  /** The newest commit, which has these schemas; null before the first. */
  readonly asOf: { readonly commit: number; readonly capturedAt: string } | null;
  readonly tables: readonly SchemaView[];
}

export interface SchemaChange {
  readonly commit: number;
  readonly at: string;
  readonly changes: readonly string[];
}

/** What an action will do. */
export interface Plan {
  readonly title: string;
  readonly says: readonly string[];
}

/** A started action. */
export interface ActionRun {
  readonly id: number;
  readonly title: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** `unchanged`: the action finished and changed nothing. */
  readonly state: "underway" | "done" | "unchanged" | "failed";
  readonly says: readonly string[];
}

export interface Activity {
  /** The newest first. */
  readonly actions: readonly ActionRun[];
  /** The generated source, which actions may change and stop; null for a user's own source. */
  readonly shop: { readonly isDown: boolean } | null;
  readonly warehouseTables: readonly string[];
}

/** The answers to a POST to each path under `/api/`. Both paths take an `ActionRequest`. */
export interface Posts {
  readonly plan: Plan;
  readonly act: ActionRun;
}

/** The answers to a GET of each path under `/api/`. */
export interface Replies {
  readonly overview: Overview;
  readonly commits: Commits;
  readonly metrics: Metrics;
  readonly alarms: readonly AlarmView[];
  readonly mails: readonly MailView[];
  readonly logs: Logs;
  readonly activity: Activity;
  readonly buckets: readonly string[];
  readonly folder: Reading<Folder>;
  readonly object: Reading<ObjectPage>;
  readonly rejected: Rejected;
  readonly schemas: Reading<SchemaList>;
  readonly tables: TablesView;
  readonly "schema-changes": Reading<readonly SchemaChange[]>;
}
