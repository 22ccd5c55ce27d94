import { expect } from "chai";
import type { Cloud } from "../../local/cloud";
import { startTestCloud, type TestCloud } from "../support/local/test-cloud";
import { createSource, type TestDatabase } from "../support/postgres/postgres";

/** An expression for a text of about this many bytes, different in each row. */
const longText = (bytes: number): string => `i || repeat(md5(i::text) || chr(9731), ${bytes} / 35)`;

const KB = 1024;
const MB = 1024 * KB;

interface Rows {
  /** Designs, which are made of nothing else. */
  readonly designs: number;
  /** Addresses, with which counterparties are joined. */
  readonly addresses: number;
  /** Counterparties. Each has a separate address, until there are more of them than addresses. */
  readonly counterparties: number;
  readonly bytes: number;
}

const CASES: readonly { readonly what: string; readonly rows: Rows; readonly memory: string }[] = [
  {
    what: "many texts of 2 KB",
    rows: { designs: 20_000, addresses: 4000, counterparties: 4000, bytes: 2 * KB },
    // Half of the default memory. With fewer rows, the test shows the same in less time.
    memory: "256",
  },
  {
    what: "texts of 100 KB",
    rows: { designs: 400, addresses: 80, counterparties: 80, bytes: 100 * KB },
    memory: "256",
  },
  {
    what: "a joined text of 100 KB in many rows",
    rows: { designs: 1, addresses: 1, counterparties: 400, bytes: 100 * KB },
    memory: "256",
  },
  {
    what: "texts of 20 MB",
    rows: { designs: 2, addresses: 1, counterparties: 2, bytes: 20 * MB },
    // A single row cannot be split, and V8 frees large buffers late.
    memory: "320",
  },
];

describe("Memory is bounded by bytes, however long the texts of a table are", function () {
  this.timeout(600_000);
  let source: TestDatabase;
  let warehouse: TestDatabase;
  let cloud: Cloud;
  let test: TestCloud;
  const start = async (memory: string): Promise<void> => {
    test = await startTestCloud(await createSource(), {
      config: {
        "marble:ingestMemory": memory,
        "marble:processMemory": memory,
        "marble:loadMemory": memory,
      },
    });
    ({ cloud, source, warehouse } = test);
  };
  afterEach(() => test.close());

  const insert = ({ designs, addresses, counterparties, bytes }: Rows): string => `
    INSERT INTO design (design_name, file_location, file_name, last_updated)
    SELECT 'long', ${longText(bytes)}, 'f', now()::timestamp(3) FROM generate_series(1, ${designs}) i;
    WITH long AS (
      INSERT INTO address (address_line_1, city, postal_code, country, phone, last_updated)
      SELECT ${longText(bytes)}, 'c', 'p', 'c', 't', now()::timestamp(3) FROM generate_series(1, ${addresses}) i
      RETURNING address_id)
    INSERT INTO counterparty (counterparty_legal_name, legal_address_id, last_updated)
    SELECT 'n', (array_agg(address_id))[1 + i % ${addresses}], now()::timestamp(3)
      FROM long, generate_series(1, ${counterparties}) i GROUP BY i`;

  const run = async (): Promise<void> => {
    for (const stage of ["ingest", "process", "load"] as const) {
      const { ok, ...result } = await cloud.invoke(stage);
      expect(ok, `${stage}: ${JSON.stringify(result)}`).to.equal(true);
      await cloud.settled();
    }
  };

  const SUMS: readonly (readonly [loaded: string, expected: string])[] = [
    ["file_location FROM dim_design", "file_location FROM design"],
    [
      "counterparty_legal_address_line_1 FROM dim_counterparty",
      "address_line_1 FROM counterparty JOIN address ON address_id = legal_address_id",
    ],
  ];
  const sum = async (database: TestDatabase, of: string): Promise<unknown> => {
    const [column = "", from = ""] = of.split(" FROM ");
    return database.query(
      `SELECT count(*)::int AS n, sum(octet_length(${column}))::text AS bytes FROM ${from}`,
    );
  };

  for (const { what, rows, memory } of CASES) {
    it(`every stage keeps within ${memory} MB with ${what}`, async () => {
      await start(memory);
      await source.query(insert(rows));
      await run();

      for (const [loaded, expected] of SUMS)
        expect(await sum(warehouse, loaded)).to.deep.equal(await sum(source, expected));
    });
  }
});
