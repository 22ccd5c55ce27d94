import type { GameName } from "../workers/protocol";

/** A change of the code. The text must occur exactly once in the file. */
export interface Edit {
  readonly file: string;
  readonly search: string;
  readonly replace: string;
}

/** A bug that is typical of such pipelines. */
export interface Bug {
  readonly name: string;
  readonly story: string;
  /** The histories that show it; those of the example by default. */
  readonly game?: GameName;
  /** The test file that finds it, if histories are too small for it. */
  readonly test?: string;
  /** The changes that put the bug into this code. */
  readonly edits: readonly Edit[];
}

const SOURCE = "adapters/source/rows.ts";
const CHOICE = "return `(${notOlder(filter.since.xmin)}${captured}${joined})`;";

export const BUGS: readonly Bug[] = [
  {
    name: "strict > on last_updated",
    story: "a row counts as new if its timestamp is later than all captured timestamps",
    edits: [
      {
        file: SOURCE,
        search: CHOICE,
        replace:
          'if (table?.columns.some(({ name }) => name === "last_updated")) {\n' +
          '    const old = notOlder(filter.since.xmin).replaceAll("xmin", "o.xmin");\n' +
          '    const name = qualified("public", table.name);\n' +
          "    return `last_updated > (SELECT max(o.last_updated) FROM ${name} AS o WHERE NOT (${old}))`;\n  }\n  " +
          CHOICE,
      },
      {
        file: SOURCE,
        search: "function condition(filter: VersionFilter | undefined)",
        replace: "function condition(filter: VersionFilter | undefined, table?: TableDescription)",
      },
      {
        file: SOURCE,
        search: "AND ${condition(filter)} THEN",
        replace: "AND ${condition(filter, table)} THEN",
      },
      {
        file: SOURCE,
        search: "versions = condition(filter);",
        replace: "versions = condition(filter, table);",
      },
    ],
  },
  {
    name: "in-progress list instead of the horizon",
    story:
      "only the ids that the snapshot lists as in progress are read again, without the ids of savepoints",
    edits: [
      {
        file: SOURCE,
        search: CHOICE,
        replace:
          'const listed = filter.since.inProgress.map((xid) => literal(rowXid(xid))).join(", ");\n  ' +
          "return `((${notOlder(filter.since.xmax)} OR xmin = ANY (ARRAY[${listed}]::xid[]))${captured}${joined})`;",
      },
    ],
  },
  {
    name: "commit before the data",
    story: "the commit names files that are written after it",
    edits: [
      {
        file: "stages/ingest/copy-to-lake.ts",
        search: "const bytes = await context.store.upload(key, part.bytes);",
        replace:
          "const chunks: Uint8Array[] = [];\n    for await (const chunk of part.bytes) chunks.push(chunk);\n" +
          "    const bytes = chunks.reduce((sum, { length }) => sum + length, 0);\n" +
          "    const writes = afterCommit.get(context.store) ?? [];\n" +
          "    afterCommit.set(context.store, [...writes, () => context.store.upload(key, Readable.from(chunks))]);",
      },
      {
        file: "stages/ingest/copy-to-lake.ts",
        search: 'import type { CaptureContext } from "./context";',
        replace:
          'import { Readable } from "node:stream";\nimport type { CaptureContext } from "./context";\n\n' +
          "export const afterCommit = new WeakMap<object, (() => Promise<unknown>)[]>();",
      },
      {
        file: "stages/ingest/ingest.ts",
        search: 'import { captureTables } from "./capture-tables";',
        replace:
          'import { afterCommit } from "./copy-to-lake";\nimport { captureTables } from "./capture-tables";',
      },
      {
        file: "stages/ingest/ingest.ts",
        search: "  recordCommit(telemetry, commit, head?.commit);\n",
        replace:
          "  for (const write of afterCommit.get(context.store) ?? []) await write();\n  recordCommit(telemetry, commit, head?.commit);\n",
      },
    ],
  },
  {
    name: "ledger outside the transaction",
    story: "the ledger is written after the rows are committed",
    edits: [
      {
        file: "stages/load/load.ts",
        search: "import { inWarehouseTransaction }",
        replace: "import { withWarehouseErrors, inWarehouseTransaction }",
      },
      { file: "stages/load/load-commit.ts", search: "await warehouse.ledger.record(", replace: "void (" },
      {
        file: "stages/load/load.ts",
        search: "    commits.push(result.commit.number);\n",
        replace:
          '    await withWarehouseErrors(() => client.query(`INSERT INTO "${schema}".marble_ledger (commit, lake, model, captured_at, rows) VALUES ($1, $2, $3, $4, 0)`, ' +
          "[result.commit.number, result.commit.lake, result.commit.model.version, result.commit.capturedAt]));\n    commits.push(result.commit.number);\n",
      },
    ],
  },
  {
    name: "no dedupe in the overlap",
    story: "rows that were committed after the horizon are captured a second time",
    edits: [{ file: SOURCE, search: "filter.captured.length === 0", replace: "true" }],
  },
  {
    name: "numbers sorted as texts",
    story: 'the newest commit of the ledger is found by comparing texts: "9" sorts after "10"',
    edits: [
      {
        file: "adapters/warehouse/warehouse.ts",
        search: "ORDER BY l.commit DESC",
        replace: "ORDER BY l.commit::text DESC",
      },
    ],
  },
  {
    name: "joined facts keep deleted rows",
    story: "no tombstone is written for a fact with a joined column",
    game: "generated",
    edits: [
      {
        file: "stages/process/joins/recompute-rows.ts",
        search: "tombstones: [...deleted, ...left],",
        replace: "tombstones: [],",
      },
    ],
  },
  {
    name: "joined facts double at a recapture",
    story: "a row of a fact with a joined column counts as new whenever it is recomputed",
    game: "generated",
    edits: [
      {
        file: "stages/process/joins/recompute-rows.ts",
        search: 'recapture: isFact && of.rows !== "first",',
        replace: "recapture: false,",
      },
    ],
  },
  {
    name: "dimensions do not wait",
    story: "a row of a dimension is loaded although a row that it refers to is missing",
    game: "generated",
    edits: [
      {
        file: "stages/load/load-dimension.ts",
        search: "const mayWait = referencesOf(target.table).length > 0;",
        replace: "const mayWait = referencesOf(target.table).length < 0;",
      },
    ],
  },
  {
    name: "compared as the model has them",
    story:
      "whether a row differs is asked of the values of the model, not of those that the warehouse would store",
    game: "generated",
    edits: [
      {
        file: "domain/warehouse/values.ts",
        search: "if (isOwnType(type, target)) return value;",
        replace: "if (isOwnType(type, target) || !target.isText) return value;",
      },
    ],
  },
  {
    name: "earlier names forgotten",
    story: "a column is looked up by its present name alone, so a table with a renamed column stops",
    game: "generated",
    edits: [
      {
        file: "domain/model/source.ts",
        search: "[name, ...formerly].find(has)",
        replace: "[name, ...formerly.slice(1)].find(has)",
      },
    ],
  },
  {
    name: "composite keys by position",
    story: "the columns of a composite reference are taken in the order of their declaration",
    game: "generated",
    edits: [
      {
        file: "domain/model/table.ts",
        search: "parts === undefined ? columns : key.flatMap",
        replace: "parts === undefined || parts.length === key.length ? columns : key.flatMap",
      },
    ],
  },
  {
    name: "one source table a fact",
    story: "only the feeds of the first source table of a table are read",
    game: "generated",
    edits: [
      {
        file: "domain/model/table.ts",
        search: "  ...also,\n];",
        replace: "  ...also.filter((feed) => feed.source === source),\n];",
      },
    ],
  },
  {
    name: "history by the clock of the load",
    story: "a version of a dimension begins when it is loaded, not when its commit was captured",
    game: "generated",
    edits: [
      {
        file: "domain/warehouse/history.ts",
        search: "const at = `CAST(${literal(options.at)} AS timestamptz)`;",
        replace: "const at = options.at === '' ? '' : 'clock_timestamp()';",
      },
    ],
  },
  {
    name: "mirror without updates",
    story: "a changed row keeps its first values in the mirror",
    game: "generated",
    edits: [
      {
        file: "stages/load/mirror/apply-rows.ts",
        search: "updated: isKeyed ? await run(updateChanged(rows)) : 0,",
        replace: "updated: 0,",
      },
    ],
  },
  {
    name: "memory by rows",
    story: "rows are collected by their number, however long their texts are",
    test: "tests/e2e/large-texts.test.ts",
    edits: [
      {
        file: "domain/formats/parquet/encoder.ts",
        search: "bytes: 16 * 1024 * 1024 }",
        replace: "bytes: Infinity }",
      },
      {
        file: "stages/process/joins/driver-rows.ts",
        search: "{ lookupBytes: 8 * 1024 * 1024, rows: 4096, bytes: 4 * 1024 * 1024 }",
        replace: "{ lookupBytes: Infinity, rows: 4096, bytes: Infinity }",
      },
      {
        file: "stages/process/state/table-state.ts",
        search: "CHUNK_BYTES = 32 * 1024 * 1024;",
        replace: "CHUNK_BYTES = Infinity;",
      },
      {
        file: "stages/process/state/find-rows.ts",
        search: "GROUP_BYTES = 8 * 1024 * 1024;",
        replace: "GROUP_BYTES = Infinity;",
      },
    ],
  },
];
