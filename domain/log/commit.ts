import * as z from "zod";
import { byName, valueNamed } from "./by-name";
import { TerminalError } from "../errors";
import { sourceStatus } from "./source-status";

/**
 * The glossary of the domain.
 *
 * - **commit**: the immutable record that ends a run of a stage; numbered without gaps. A file does not exist until a
 *   commit names it. One number follows a batch from source to warehouse.
 * - **batch**: some rows on their way; in memory an Arrow record batch.
 * - **snapshot**: what a transaction of PostgreSQL sees; **horizon**: its xmin; all earlier transactions had ended.
 * - **overlap**: the transaction ids from the horizon to the snapshot's xmax; their rows may be seen twice.
 * - **version**: a row as one transaction left it. A fact table keeps all versions, a dimension the latest.
 * - **tombstone**: the key of a row that was deleted in the source.
 * - **full capture**: every row of a table; **delta**: the versions since the last commit.
 * - **recapture**: a capture that may contain versions that were captured before.
 * - **contract**: the columns and types of a source table that the model reads.
 * - **refused**: a relation of the source that is not ingested, with the reason and the remedy.
 * - **absent**: a table that was captured once and cannot be captured now, because it was dropped or is refused.
 * - **quarantine**: the state of a table whose columns no longer fit its contract; its captures wait.
 * - **rejected row**: a row that breaks its contract; stored separately with its reason.
 * - **reprocess**: to build the processed log of a new model version from the ingestion log, next to the old log.
 * - **replay**: to load commits again: a whole warehouse next to the old one (**rebuild**), or some tables in place
 *   (**reload**).
 * - **task**: a piece of the work on a large commit; **task message**: an object that offers a task to a **worker**.
 * - **wake-up**: an event that only makes a stage read its log; losing or repeating it does no harm.
 */

/** A data file that a commit names. */
export const dataFile = z.object({
  key: z.string().min(1),
  rows: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
});
export type DataFile = z.infer<typeof dataFile>;

const base = {
  /** The version of this format. A reader refuses an unknown version. */
  version: z.literal(1),
  number: z.int().positive(),
  /** Identifies the lake. Created with the first commit and repeated in all others. */
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
   * What was captured: every row, the versions since the last commit, or nothing. Nothing is captured when nothing
   * changed (`unchanged`), when the delete guard stops the table (`held`), when the source failed at it (`failed`), or
   * when it could not be read (`absent`). In the last three cases, everything but the mode is copied from the last
   * capture.
   */
  mode: z.enum(["full", "delta", "unchanged", "held", "failed", "absent"]),
  /** True if versions captured before may be among the rows; the loader then compares. */
  recapture: z.boolean(),
  /** The number of captured rows. */
  rows: z.int().nonnegative(),
  files: z.array(dataFile),
  /** Tombstones: the keys of the rows that were deleted since the last commit. */
  deleted: fileSet,
  /** The number of rows in the table. */
  total: z.int().nonnegative(),
  /** The storage of the table and of all tables below it: see `storageChange`. */
  storage: z.string(),
  /** The text of COMMENT ON TABLE. Missing in commits made before it was recorded. */
  comment: z.string().optional(),
  /** The columns of its primary key; empty when it has none. */
  key: z.array(z.string()),
  /**
   * The columns of each other constraint or index that makes rows unique (two rows with NULL in them count as
   * distinct). Missing in commits made before it was recorded.
   */
  unique: z.array(z.array(z.string())).optional(),
  /** The columns that `keys` contains (see `identityOf`), if they differ from `key`. */
  identity: z.array(z.string()).optional(),
  /** The columns of the table in the source: see `CatalogueColumn`. */
  columns: z.array(catalogueColumn),
  /** For a table whose texts contain names of other objects: see `NamesInTexts`. */
  names: z.string().optional(),
  /**
   * For a table whose first capture is underway (see `Slice`): the key of the last captured row in key order, and the
   * number of rows in a slice. `total` and `keys` cover the rows up to it.
   */
  slice: z.object({ through: z.array(z.string()), rows: z.int().positive() }).nullable(),
  /**
   * The files that together, in this order, contain the keys of all rows of the table: `rows` add, `tombstones` remove,
   * `runs` add consecutive whole numbers.
   */
  keys: z.array(
    z.object({ kind: z.enum(["rows", "tombstones", "runs"]), key: z.string(), bytes: z.int().nonnegative() }),
  ),
  /** For a held or failed table: the snapshot from which the next capture continues (null: in full), and why. */
  held: z
    .object({ snapshot: z.string().nullable(), overlap: z.array(z.string()), reason: z.string() })
    .nullable(),
  /** For an absent table: why. */
  absent: z.string().nullable().default(null),
});
export type TableCapture = z.infer<typeof tableCapture>;

const refusal = z.object({
  kind: z.enum(["table", "view", "materialized view", "foreign table"]),
  /** Includes the remedy. */
  reason: z.string(),
});
export type Refusal = z.infer<typeof refusal>;

/** A commit of the ingestion bucket: one state of the source. */
export const ingestCommit = z.object({
  ...base,
  /**
   * A time before the snapshot: it contains all that was committed by then. Missing in commits made before it was
   * recorded.
   */
  capturedAt: z.iso.datetime().optional(),
  source: z.object({
    systemIdentifier: z.string(),
    timeline: z.int(),
    database: z.string(),
    schema: z.string(),
    /** Further schemas, whose tables have names such as `production.product`; missing when there are none. */
    moreSchemas: z.array(z.string()).optional(),
    server: z.string(),
    /** When the server was started. While this stays the same, its history is continuous. */
    startedAt: z.string().default(""),
  }),
  /** `pg_current_snapshot()` of the run. */
  snapshot: z.string(),
  /** Row transaction ids in the overlap whose rows were captured. The next run leaves them out. */
  overlap: z.array(z.string()),
  /** Every table that was ever captured, including unchanged and absent tables. */
  tables: byName(tableCapture),
  /** Relations of the source that are not ingested, by name. */
  refused: byName(refusal).default({}),
  /**
   * A digest of the model's contracts (`contractsText`). When they change, ingest makes a commit even if nothing was
   * written, so that process applies them. Missing in commits made before it was recorded.
   */
  contracts: z.string().optional(),
});
export type IngestCommit = z.infer<typeof ingestCommit>;

/** The capture of a table in a commit; a table may have the name `constructor`. */
export const captureOf = (commit: IngestCommit | undefined, table: string): TableCapture | undefined =>
  valueNamed(commit?.tables, table);

const warehouseTableCommit = z.object({
  rows: z.int().nonnegative(),
  deleted: z.int().nonnegative(),
  /** The result of each capture, in order; several only after a quarantine. A part of a dimension has each key once. */
  parts: z.array(
    z.object({
      /** For a fact: true if versions that are already loaded may be among the rows. */
      recapture: z.boolean(),
      files: z.array(dataFile),
      /**
       * For a fact: files of the keys of deleted rows. Dimensions keep deleted rows, because history refers to them.
       */
      tombstones: z.array(dataFile),
    }),
  ),
});
export type WarehouseTableCommit = z.infer<typeof warehouseTableCommit>;
export type WarehousePart = WarehouseTableCommit["parts"][number];

/** What one capture adds to the mirror of its table, with the table's description at that time. */
const mirrorPart = z.object({
  /** True if the rows are all rows of the table. Otherwise they are added, or replace rows with the same keys. */
  whole: z.boolean(),
  /** Identifies the table of the source, whatever its name. The numbers of its columns are valid only within it. */
  identity: z.string(),
  comment: z.string().optional(),
  /** The columns of its primary key; empty when it has none. */
  key: z.array(z.string()),
  columns: z.array(catalogueColumn),
  /** The rows of the mirror after this part. */
  total: z.int().nonnegative(),
  files: z.array(dataFile),
  /** Files of the keys of deleted rows; empty if the part is whole. */
  tombstones: z.array(dataFile),
});
export type MirrorPart = z.infer<typeof mirrorPart>;

const mirror = z.object({
  /** Every mirrored table: how up to date it is, and a digest of its description (null: not captured yet). */
  tables: byName(sourceStatus.extend({ shape: z.string().nullable() })),
  /** The new parts of each table, in order; several only when a table was not mirrored before. */
  parts: byName(z.array(mirrorPart)),
});
export type MirrorCommit = z.infer<typeof mirror>;

/** A commit of the processed bucket: the same batch, transformed. */
export const processCommit = z.object({
  ...base,
  /**
   * The model that made it. A log has commits of one version and of one shape (a digest of `modelShape`). For what it
   * reads, see `ModelReads`; commits made before that was recorded lack it.
   */
  model: z.object({
    version: z.int().positive(),
    shape: z.string(),
    feeds: z.array(z.string()).optional(),
    joined: z.array(z.string()).optional(),
  }),
  /** Copied from the ingest commit: the age of what the warehouse shows. */
  capturedAt: z.iso.datetime(),
  /** Copied from the ingest commit: the origin of the rows. Missing in commits made before it was recorded. */
  source: z
    .object({
      systemIdentifier: z.string(),
      database: z.string(),
      schema: z.string(),
      moreSchemas: z.array(z.string()).optional(),
    })
    .optional(),
  /** The days that the calendar holds after this commit. */
  calendar: z.object({ first: z.iso.date(), last: z.iso.date() }),
  /** Where the latest rows of each joined source table are stored. */
  state: byName(z.string()),
  tables: byName(warehouseTableCommit),
  /** Source tables that do not fit their contract, with the first commit that waits to be processed. */
  quarantine: byName(z.object({ since: z.int().positive(), breaches: z.array(z.string()) })),
  rejected: z.object({ rows: z.int().nonnegative(), files: z.array(dataFile) }),
  /**
   * The rows that were rejected by this commit or an earlier one, and that no later commit has brought or found deleted:
   * files of `MissingRow`. For tables with more such rows than are tracked one by one, `more` is the number of the
   * others; a row counts as often as it was rejected. Missing in commits made before it was recorded.
   */
  missing: z.object({ files: z.array(dataFile), more: byName(z.int().positive()) }).optional(),
  /** The rows that were missing, and that this commit brought or found deleted: files of `ResolvedRow`. */
  resolved: fileSet.optional(),
  /** How up to date each source table is. Missing in commits made before it was recorded. */
  sources: byName(sourceStatus).optional(),
  /** The mirror of source tables. Missing when no table is mirrored. */
  mirror: mirror.optional(),
});
export type ProcessCommit = z.infer<typeof processCommit>;

/**
 * Parses a commit from its JSON.
 * @throws TerminalError that names the object and what is wrong with it
 */
export function parseCommit<C>(schema: z.ZodType<C>, json: string, key: string): C {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw new TerminalError(
      `${key} is not valid JSON; it was probably not written by Marble: delete the object, or restore its previous version`,
      {
        cause: error,
      },
    );
  }
  const result = schema.safeParse(parsed);
  if (result.success) return result.data;
  throw new TerminalError(
    `${key} is not a commit that this version of Marble can read: ${z.prettifyError(result.error)}`,
  );
}
