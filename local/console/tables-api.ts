import type { SourceState } from "../../domain/log/source-status";
import type { ActionRequest } from "./action-request";

/** What the console's server and its pages say to each other of the state of tables: see `api.ts`. */

/** What a person can do about a table that is behind. */
export interface WhatToDo {
  readonly sentence: string;
  /** A button of the console that does it; null where there is none. */
  readonly action: { readonly label: string; readonly request: ActionRequest } | null;
}

/** A table of the source that the warehouse does not have as the source has it. */
export interface TableBehind {
  readonly table: string;
  readonly state: Exclude<SourceState, "current">;
  readonly since: string;
  readonly reason: string;
  readonly todo: WhatToDo;
}

/** A commit that has captured something of a table. */
export interface TableCommit {
  readonly number: number;
  readonly at: string;
  readonly rows: number;
  readonly deleted: number;
}

/** A table of the source. */
export interface SourceTableView {
  readonly table: string;
  readonly state: SourceState;
  /** The rows of its newest capture; null when it was never captured. */
  readonly rows: number | null;
  /** The commit that the processed log has it as of; null when it has nothing of it. */
  readonly asOf: { readonly commit: number; readonly capturedAt: string } | null;
  readonly since: string;
  /** Null while the table is current. */
  readonly behind: TableBehind | null;
  readonly rejected: number;
  /** The newest first; of the commits that were looked through. */
  readonly commits: readonly TableCommit[];
}

/** A table of the warehouse. */
export interface WarehouseTableView {
  readonly table: string;
  readonly isCurrent: boolean;
  /** From which tables of the source its rows are made. */
  readonly sources: readonly string[];
  /** As the statistics of PostgreSQL estimate them; null when it has none. */
  readonly rows: number | null;
  readonly asOf: string | null;
  readonly behindSince: string | null;
  readonly reason: string | null;
  readonly rejected: number;
  readonly waiting: number;
}

export interface TablesView {
  /** Those that are behind come first. */
  readonly source: readonly SourceTableView[];
  /** How many commits were looked through for the last commits of a table. */
  readonly commits: number;
  /** Those that are behind come first. */
  readonly warehouse: readonly WarehouseTableView[];
  /** Why the tables of the warehouse are not known; null when they are. */
  readonly warehouseProblem: string | null;
  /** The bucket of the ingestion log, to which the numbers of commits lead. */
  readonly bucket: string;
}
