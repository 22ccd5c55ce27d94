import type { IngestCommit, ProcessCommit, TableCapture } from "../../../domain/log/commit";

/** Commits of a tiny source, for tests that change a field or two. */

export const capture = (over: Partial<TableCapture> = {}): TableCapture => ({
  mode: "delta",
  recapture: false,
  rows: 2,
  files: [{ key: "2026/11/23/staff/140509.123.csv", rows: 2, bytes: 99 }],
  deleted: { rows: 0, files: [] },
  total: 5,
  storage: "1:1",
  key: ["staff_id"],
  columns: [{ name: "staff_id", type: "integer" }],
  keys: [{ kind: "rows", key: "2026/11/23/staff/140509.123.csv", bytes: 99 }],
  held: null,
  slice: null,
  absent: null,
  ...over,
});

export const ingested = (over: Partial<IngestCommit> = {}): IngestCommit => ({
  version: 1,
  number: 3,
  lake: "0b0c3c9e-5d2f-4c5e-9a0e-2f6c1d1f7a11",
  createdAt: "2026-11-23T14:05:10.000Z",
  source: {
    systemIdentifier: "s",
    timeline: 1,
    database: "d",
    schema: "public",
    server: "17.0",
    startedAt: "then",
  },
  snapshot: "90:95:92",
  overlap: ["93"],
  tables: { staff: capture() },
  refused: {},
  ...over,
});

export const processed = (over: Partial<ProcessCommit> = {}): ProcessCommit => ({
  version: 1,
  number: 3,
  lake: "0b0c3c9e-5d2f-4c5e-9a0e-2f6c1d1f7a11",
  createdAt: "2026-11-23T14:05:20.000Z",
  model: { version: 1, shape: "of the tests" },
  capturedAt: "2026-11-23T14:05:10.000Z",
  calendar: { first: "2020-01-01", last: "2030-12-31" },
  state: { department: "state/2026/11/23/department/140515.000.arrow" },
  tables: {
    dim_staff: {
      rows: 2,
      deleted: 0,
      parts: [
        {
          recapture: false,
          files: [{ key: "2026/11/23/dim_staff/140516.000.parquet", rows: 2, bytes: 99 }],
          tombstones: [],
        },
      ],
    },
  },
  quarantine: { design: { since: 2, breaches: ["column file_name is missing"] } },
  rejected: { rows: 0, files: [] },
  ...over,
});
