import type { SourceState } from "../../domain/log/source-status";
import type { ActionRequest } from "./action-request";
import type { Reading } from "./reading-api";

/** The messages about the state of tables: see `api.ts`. */

/** The remedy for a table that is behind. */
export interface WhatToDo {
  readonly sentence: string;
  /** The action of the console that does it; null without one. */
  readonly action: { readonly label: string; readonly request: ActionRequest } | null;
}

/** A table of the source that is behind in the warehouse. */
export interface TableBehind {
  readonly table: string;
  readonly state: Exclude<SourceState, "current">;
  readonly since: string;
  readonly reason: string;
  readonly todo: WhatToDo;
}

/** A commit that has captured rows of a table. */
interface TableCommit {
  readonly number: number;
  readonly at: string;
  readonly rows: number;
  readonly deleted: number;
}

/** A table of the source. */
export interface SourceTableView {
  readonly table: string;
  readonly state: SourceState;
  /** The number of rows at its newest capture; null when it was never captured. */
  readonly rows: number | null;
  /** The commit to which the processed log has the table; null when the log does not have it. */
  readonly asOf: { readonly commit: number; readonly capturedAt: string } | null;
  readonly since: string;
  /** Null while the table is current. */
  readonly behind: TableBehind | null;
  readonly rejected: number;
  /** The newest first, among the commits that were searched. */
  readonly commits: readonly TableCommit[];
}

/** A table of the warehouse. */
export interface WarehouseTableView {
  readonly table: string;
  readonly isCurrent: boolean;
  /** The source tables of its rows. */
  readonly sources: readonly string[];
  /** The estimate from the statistics of PostgreSQL; null without statistics. */
  readonly rows: number | null;
  readonly asOf: string | null;
  readonly behindSince: string | null;
  readonly reason: string | null;
  readonly rejected: number;
  readonly waiting: number;
}

export interface SourceTables {
  /** Tables that are behind come first. */
  readonly tables: readonly SourceTableView[];
  /** The number of commits that were searched for the last commits of a table. */
  readonly commits: number;
}

export interface WarehouseTables {
  /** Tables that are behind come first. */
  readonly tables: readonly WarehouseTableView[];
  /** Why the tables are unknown although the warehouse answers; null when they are known. */
  readonly unknown: string | null;
}

export interface TablesView {
  readonly source: Reading<SourceTables>;
  readonly warehouse: Reading<WarehouseTables>;
  /** The bucket of the ingestion log, to which the commit numbers link. */
  readonly bucket: string;
}
