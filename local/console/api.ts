/**
 * What the console's server and its pages say to each other: types alone, so that both sides are checked
 * against them. Times are ISO 8601 in UTC; durations are in milliseconds, sizes in bytes.
 */

export type StageName = "ingest" | "process" | "load";
export const STAGES: readonly StageName[] = ["ingest", "process", "load"];

/** The functions around the stages: `remodel` takes tasks of process, `report` makes the page of the business. */
export type HelperName = "remodel" | "report";

export type { SourceTableView, TablesView, WarehouseTableView, TableBehind, WhatToDo } from "./tables-api";
import type { TableBehind, TablesView } from "./tables-api";

/** What the server tells without being asked: something of this kind is new, ask again. */
export const TOPICS = ["runs", "logs", "alarms", "activity"] as const;
export type Topic = (typeof TOPICS)[number];

/** One invocation of a stage that has ended. */
export interface RunView {
  /** Lambda's id of the request, which the lines of its log have. */
  readonly id: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly ok: boolean;
  readonly durationMs: number;
  /** What it did, or the sentence of its error. */
  readonly says: string;
  /** The commits of a run that rejected rows; empty when it rejected none. */
  readonly rejected: readonly number[];
}

/** A stage that fails, since its last success. */
export interface FailureView {
  readonly since: string;
  readonly count: number;
  readonly sentence: string;
  readonly remedy: string;
}

export interface StageView {
  readonly name: StageName | HelperName;
  /** `behind`: the stage works, and does not carry all tables. `unknown`: the warehouse cannot be asked. */
  readonly state: "never" | "running" | "failed" | "waiting" | "behind" | "unknown" | "idle";
  /** Commits of the log before that it has not worked off; null for ingest, and when it cannot be known. */
  readonly backlog: number | null;
  readonly nextRun: string | null;
  /** The newest last. */
  readonly runs: readonly RunView[];
  readonly failure: FailureView | null;
  /** The last failure that is over. */
  readonly recovery: { readonly failedAt: string; readonly at: string; readonly sentence: string } | null;
}

/** Where things stand, from the source to the warehouse. */
export interface Overview {
  /** Whether a source of one's own is up, only its next run will say. */
  readonly source: { readonly name: string; readonly state: "up" | "stopped" | "yours" };
  readonly stages: readonly StageView[];
  /** The functions of the program around the stages. */
  readonly helpers: readonly StageView[];
  /** The newest commit of each log and of the warehouse; 0 when there is none, null when nobody can say. */
  readonly ingested: number;
  readonly processed: number;
  readonly loaded: number | null;
  /** The newest moment for which the warehouse is known to show what the source had. */
  readonly shows: string | null;
  readonly freshnessMinutes: number;
  readonly alarms: { readonly ringing: number; readonly all: number };
  /** The tables of the source that the warehouse does not have as the source has them. */
  readonly behind: readonly TableBehind[];
  /** Rows that did not get into the warehouse. */
  readonly lacking: {
    /** Rows of the source that were rejected and are missing since, by table. */
    readonly rejected: readonly TableRows[];
    /** Rows that wait in the warehouse for a row that they refer to. */
    readonly waiting: number;
  };
  /** Why the warehouse cannot be asked; null when it can. */
  readonly warehouseProblem: string | null;
}

export interface TableRows {
  readonly table: string;
  readonly rows: number;
}

/** A commit on its way through the stages. */
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
    /** The run that made it: see `RunView`. */
    readonly run: string | null;
    readonly tables: readonly TableRows[];
  } | null;
  readonly load: { readonly at: string; readonly rows: number; readonly runMs: number | null } | null;
}

export interface Commits {
  /** The newest first. */
  readonly commits: readonly CommitRow[];
  /** Ask for those before this one to see more; null when there are none. */
  readonly before: number | null;
  /** The bucket of the ingestion log, to which the numbers lead. */
  readonly bucket: string;
  /** Why it is not known what the warehouse has; null when it is. */
  readonly warehouseProblem: string | null;
}

/** A metric over the last half hour, a value a minute: null where nothing was measured. */
export interface Chart {
  readonly namespace: string;
  readonly metric: string;
  /** The metric in plain words. */
  readonly title: string;
  /** Of the values: `rows`, `s`; empty when it has none. */
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
  /** Of an alarm that rings: where the console shows what it is about. */
  readonly leads: readonly { readonly text: string; readonly address: string }[];
}

export interface MailView {
  readonly to: string;
  readonly subject: string;
  readonly at: string;
  readonly body: string;
}

export type LogLevel = "DEBUG" | "INFO" | "WARN" | "ERROR" | "TEXT";

export interface LogLine {
  readonly at: string;
  /** Or of who helps process. */
  readonly stage: StageName | "report" | "remodel";
  readonly level: LogLevel;
  /** One line, or the lines of one text, such as a stack trace, in their order. */
  readonly message: string;
  readonly fields: string;
  /** The stack of an error among the fields; null when there is none. */
  readonly stack: string | null;
  /** The run that wrote it: see `RunView`; null where the line does not say. */
  readonly run: string | null;
}

export interface Logs {
  /** The newest first; of those that match, as many as fit a page. */
  readonly lines: readonly LogLine[];
  readonly matching: number;
  /** Lines before these are in the log files only. */
  readonly kept: number;
}

/** What lies directly below a prefix of a bucket. */
export interface Folder {
  readonly folders: readonly string[];
  readonly objects: readonly { readonly key: string; readonly bytes: number; readonly at: string }[];
  /** Ask with it for what follows; null at the end. */
  readonly next: string | null;
}

/** Some rows of an object. */
export interface TablePage {
  readonly kind: "table";
  readonly columns: readonly string[];
  /** null is NULL, as the empty text is not. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** Ask with it for the rows that follow; null at the end. */
  readonly next: string | null;
  /** How many rows the object has; null where it is too large to count them. */
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

/** A row that did not get into the warehouse, or not yet. */
export interface RejectedRowView {
  readonly commit: number;
  readonly table: string;
  readonly reason: string;
  /** The columns of the row and their values, null for NULL; of a row that waits, its key alone. */
  readonly row: readonly (readonly [column: string, value: string | null])[];
  /** What became of it, as far as the commits that were looked through say. */
  readonly since: RowSince;
  /** The run that rejected it: see `RunView`; null when it is not known. */
  readonly run: string | null;
}

/**
 * What became of a row that was rejected: it is missing, or a commit brought it, found it deleted, or rejected it again.
 * It is not known of rows that process does not follow one by one.
 */
export type RowSince =
  | { readonly state: "missing" }
  | { readonly state: "unknown" }
  | { readonly state: "corrected" | "deleted" | "rejected again"; readonly commit: number };

export interface Rejected {
  /** Rows that break their contract, of the newest commits; the newest first. */
  readonly rejected: readonly RejectedRowView[];
  /** How many commits were looked through, from the newest on. */
  readonly commits: number;
  /** Rows that wait for a row of a dimension. */
  readonly waiting: readonly RejectedRowView[];
  /** The bucket of the ingestion log, to which the numbers of commits lead. */
  readonly bucket: string;
  readonly warehouseProblem: string | null;
}

/** A table of the source as its newest commit has it. */
export interface SchemaView {
  readonly table: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly key: readonly string[];
  readonly rows: number;
  /** Why it is held, absent or not ingested at all; null when all is well. */
  readonly problem: string | null;
}

export interface SchemaChange {
  readonly commit: number;
  readonly at: string;
  readonly changes: readonly string[];
}

/** What an action will do, before it is done. */
export interface Plan {
  readonly title: string;
  readonly says: readonly string[];
}

/** An action that was begun. */
export interface ActionRun {
  readonly id: number;
  readonly title: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** `unchanged`: it was done, and changed nothing. */
  readonly state: "underway" | "done" | "unchanged" | "failed";
  readonly says: readonly string[];
}

export interface Activity {
  /** The newest first. */
  readonly actions: readonly ActionRun[];
  /** The generated source, which may be written to and stopped; null when the source is the user's own. */
  readonly shop: { readonly isDown: boolean } | null;
  readonly warehouseTables: readonly string[];
}

/** What a POST to each path under `/api/` answers; both take an `ActionRequest`. */
export interface Posts {
  readonly plan: Plan;
  readonly act: ActionRun;
}

/** What a GET of each path under `/api/` answers. */
export interface Replies {
  readonly overview: Overview;
  readonly commits: Commits;
  readonly metrics: Metrics;
  readonly alarms: readonly AlarmView[];
  readonly mails: readonly MailView[];
  readonly logs: Logs;
  readonly activity: Activity;
  readonly buckets: readonly string[];
  readonly folder: Folder;
  readonly object: ObjectPage;
  readonly rejected: Rejected;
  readonly schemas: readonly SchemaView[];
  readonly tables: TablesView;
  readonly "schema-changes": readonly SchemaChange[];
}
