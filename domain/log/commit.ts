import * as z from "zod";
import { byName, valueNamed } from "./by-name";
import { TerminalError } from "../errors";
import { sourceStatus } from "./source-status";

/**
 * The words of the domain.
 *
 * - **commit**: the immutable record that ends a run of a stage; numbered without gaps. Until a
 *   commit names a file, the file does not exist. One number follows a batch from source to warehouse.
 * - **batch**: some rows on their way; in memory an Arrow record batch.
 * - **snapshot**: what a transaction of PostgreSQL sees; **horizon**: its xmin, before which all had ended.
 * - **overlap**: the transaction ids from the horizon to the snapshot's xmax; rows in it may be seen twice.
 * - **version**: a row as one transaction left it. A fact table keeps them all, a dimension the latest.
 * - **tombstone**: the key of a row that was deleted in the source.
 * - **full capture**: every row of a table; **delta**: the versions since the last commit.
 * - **recapture**: a capture that may hold versions that were captured before.
 * - **contract**: the columns and types of a source table that the model reads.
 * - **refused**: a relation of the source that is not ingested, with the reason and the remedy.
 * - **absent**: a table that was captured once and cannot be now: it is gone, or refused.
 * - **quarantine**: where a table waits whose columns no longer fit its contract.
 * - **rejected row**: a row that breaks its contract; kept aside with its reason.
 * - **reprocess**: to build the processed log of a new model version from the ingestion log, next to the old one.
 * - **replay**: to load commits again: a whole warehouse next to the old one (**rebuild**), or some tables
 *   in place (**reload**).
 * - **task**: a piece of the work on a large commit; **handout**: a task that waits for a **worker**.
 * - **doorbell**: an event that only says "look at your log"; lost or doubled it does no harm.
 */

/** A data file that a commit names. */
export const dataFile = z.object({
  key: z.string().min(1),
  rows: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
});
export type DataFile = z.infer<typeof dataFile>;

const base = {
  /** Of this format. A reader refuses a version that it does not know. */
  version: z.literal(1),
  number: z.int().positive(),
  /** Made with the first commit and carried by all: which lake this is. */
  lake: z.uuid(),
  createdAt: z.iso.datetime(),
};

/** Some files and the rows in them together. */
const fileSet = z.object({ rows: z.int().nonnegative(), files: z.array(dataFile) });

const labels = z.array(z.string()).optional();

/** A column of a source table: see `CatalogueColumn`. */
export const catalogueColumn = z.object({
  name: z.string(),
  type: z.string(),
  number: z.int().optional(),
  labels,
  attributes: z.array(z.object({ path: z.string(), type: z.string(), labels })).optional(),
  generated: z.string().optional(),
  nullable: z.boolean().optional(),
  comment: z.string().optional(),
});

const tableCapture = z.object({
  /**
   * What was captured: every row, the versions since the last commit, or nothing, because nothing changed
   * (`unchanged`), because the delete guard holds the table back (`held`), because the source failed to give it
   * (`failed`), or because it could not be read (`absent`). Of a table of the last three, all but the mode is as
   * it was when it was last captured.
   */
  mode: z.enum(["full", "delta", "unchanged", "held", "failed", "absent"]),
  /** Versions captured before may be among them: the loader compares. */
  recapture: z.boolean(),
  /** Rows captured. */
  rows: z.int().nonnegative(),
  files: z.array(dataFile),
  /** Tombstones: the keys of the rows that were deleted since the last commit. */
  deleted: fileSet,
  /** Rows that the table has. */
  total: z.int().nonnegative(),
  /** What the table and all below it are to PostgreSQL: see `storageChange`. */
  storage: z.string(),
  /** What COMMENT ON TABLE says. Commits made before it was kept lack it. */
  comment: z.string().optional(),
  /** The columns of its primary key; empty when it has none. */
  key: z.array(z.string()),
  /**
   * The columns of each other constraint or index that keeps all rows of the table apart (two rows with NULL in them
   * are apart). Commits made before it was kept lack it.
   */
  unique: z.array(z.array(z.string())).optional(),
  /** The columns that `keys` is of (see `identityOf`), where they are not those of `key`. */
  identity: z.array(z.string()).optional(),
  /** The columns that the source had: see `CatalogueColumn`. */
  columns: z.array(catalogueColumn),
  /** Of a table whose rows have names of other objects in their texts: see `NamesInTexts`. */
  names: z.string().optional(),
  /**
   * Of a table whose first capture is underway (see `Slice`): the key of the last row that was captured, in
   * the order of keys, and how many rows a slice has. `total` and `keys` are those of the rows up to it.
   */
  slice: z.object({ through: z.array(z.string()), rows: z.int().positive() }).nullable(),
  /**
   * The files, in order, that together tell the keys of all rows of the table: `rows` add, `tombstones` remove,
   * `runs` add whole numbers that follow one another.
   */
  keys: z.array(
    z.object({ kind: z.enum(["rows", "tombstones", "runs"]), key: z.string(), bytes: z.int().nonnegative() }),
  ),
  /** Of a held or failed table: the snapshot from which the next capture continues (null: in full), and why. */
  held: z
    .object({ snapshot: z.string().nullable(), overlap: z.array(z.string()), reason: z.string() })
    .nullable(),
  /** Of an absent table: why. */
  absent: z.string().nullable().default(null),
});
export type TableCapture = z.infer<typeof tableCapture>;

const refusal = z.object({
  kind: z.enum(["table", "view", "materialized view", "foreign table"]),
  /** With the remedy. */
  reason: z.string(),
});
export type Refusal = z.infer<typeof refusal>;

/** A commit of the ingestion bucket: one state of the source. */
export const ingestCommit = z.object({
  ...base,
  /** A time before the snapshot: all that was committed by then is in it. Commits made before it was kept lack it. */
  capturedAt: z.iso.datetime().optional(),
  source: z.object({
    systemIdentifier: z.string(),
    timeline: z.int(),
    database: z.string(),
    schema: z.string(),
    server: z.string(),
    /** When the server was started: while that stays, its history has no break. */
    startedAt: z.string().default(""),
  }),
  /** `pg_current_snapshot()` of the run. */
  snapshot: z.string(),
  /** Row transaction ids in the overlap whose rows were captured: the next run leaves them out. */
  overlap: z.array(z.string()),
  /** Every table that was ever captured, the unchanged and the absent too. */
  tables: byName(tableCapture),
  /** Relations of the source that are not ingested, by name. */
  refused: byName(refusal).default({}),
  /**
   * A digest of the contracts that the model had (`contractsText`). When they change, a commit is made though nothing was
   * written, so that process applies them. Commits made before it was kept lack it.
   */
  contracts: z.string().optional(),
});
export type IngestCommit = z.infer<typeof ingestCommit>;

/** What a commit says of a table; a table may be called `constructor`. */
export const captureOf = (commit: IngestCommit | undefined, table: string): TableCapture | undefined =>
  valueNamed(commit?.tables, table);

const warehouseTableCommit = z.object({
  rows: z.int().nonnegative(),
  deleted: z.int().nonnegative(),
  /** What came of each capture, in order; more than one only after a quarantine. No key of a dimension comes twice in a part. */
  parts: z.array(
    z.object({
      /** Of a fact: versions that are loaded already may be among the rows. */
      recapture: z.boolean(),
      files: z.array(dataFile),
      /** Of a fact: files of the keys of deleted rows. Dimensions keep what was deleted: history refers to it. */
      tombstones: z.array(dataFile),
    }),
  ),
});
export type WarehouseTableCommit = z.infer<typeof warehouseTableCommit>;
export type WarehousePart = WarehouseTableCommit["parts"][number];

/** What one capture brings to the mirror of its table, and what the catalogue said of the table then. */
export const mirrorPart = z.object({
  /** Are the rows all that the table has? Otherwise they are added, or take the place of rows with their keys. */
  whole: z.boolean(),
  /** Which table of the source it is, whatever it is called: the numbers of its columns are its own. */
  identity: z.string(),
  comment: z.string().optional(),
  /** The columns of its primary key; empty when it has none. */
  key: z.array(z.string()),
  columns: z.array(catalogueColumn),
  /** Rows that the mirror has with this part. */
  total: z.int().nonnegative(),
  files: z.array(dataFile),
  /** Files of the keys of deleted rows; none of a part that is whole. */
  tombstones: z.array(dataFile),
});
export type MirrorPart = z.infer<typeof mirrorPart>;

const mirror = z.object({
  /** Every mirrored table: how up to date it is, and a digest of what the catalogue said of it (null: nothing so far). */
  tables: byName(sourceStatus.extend({ shape: z.string().nullable() })),
  /** What is new of them, in order; more than one part only when a table was not mirrored before. */
  parts: byName(z.array(mirrorPart)),
});
export type MirrorCommit = z.infer<typeof mirror>;

/** A commit of the processed bucket: the same batch, remodelled. */
export const processCommit = z.object({
  ...base,
  /**
   * The model that made it: a log holds commits of one version, and of one shape (a digest of `modelShape`). What it
   * reads: see `ModelReads`; commits made before it was kept lack it.
   */
  model: z.object({
    version: z.int().positive(),
    shape: z.string(),
    feeds: z.array(z.string()).optional(),
    joined: z.array(z.string()).optional(),
  }),
  /** That of the ingest commit: the age of what the warehouse shows. */
  capturedAt: z.iso.datetime(),
  /** That of the ingest commit: where the rows come from. Commits made before it was kept lack it. */
  source: z.object({ systemIdentifier: z.string(), database: z.string(), schema: z.string() }).optional(),
  /** The days that the calendar holds after this commit. */
  calendar: z.object({ first: z.iso.date(), last: z.iso.date() }),
  /** Where the latest rows of each joined source table are kept. */
  state: byName(z.string()),
  tables: byName(warehouseTableCommit),
  /** Source tables that do not fit their contract, with the first commit that waits to be processed. */
  quarantine: byName(z.object({ since: z.int().positive(), breaches: z.array(z.string()) })),
  rejected: z.object({ rows: z.int().nonnegative(), files: z.array(dataFile) }),
  /**
   * The rows that were rejected, by this commit or one before it, and that no commit has brought or found deleted since:
   * files of `MissingRow`. Of tables that lack more rows than are followed one by one, `more` is how many more; a row
   * counts as often as it was rejected. Commits made before it was kept lack it.
   */
  missing: z.object({ files: z.array(dataFile), more: byName(z.int().positive()) }).optional(),
  /** The rows that were missing, and that this commit brought or found deleted: files of `ResolvedRow`. */
  resolved: fileSet.optional(),
  /** How up to date each source table is. Commits made before it was kept lack it. */
  sources: byName(sourceStatus).optional(),
  /** The mirror of source tables. Missing when none is mirrored. */
  mirror: mirror.optional(),
});
export type ProcessCommit = z.infer<typeof processCommit>;

/**
 * Reads a commit from its JSON.
 * @throws TerminalError when it is not a commit; it names the object and what is wrong with it
 */
export function parseCommit<C>(schema: z.ZodType<C>, json: string, key: string): C {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw new TerminalError(`${key} is not valid JSON; it was probably not written by Marble`, {
      cause: error,
    });
  }
  const result = schema.safeParse(parsed);
  if (result.success) return result.data;
  throw new TerminalError(
    `${key} is not a commit that this version of Marble can read: ${z.prettifyError(result.error)}`,
  );
}
