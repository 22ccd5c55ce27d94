import { expect } from "chai";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../support/local/command";
import { createDatabase, createSource, type TestDatabase } from "../support/postgres/postgres";

/** Designs with a location of so many bytes, of which no two are the same. */
const designs = (count: number, bytes: number): string => `
  INSERT INTO design (design_name, file_location, file_name, created_at, last_updated)
  SELECT 'large', i || repeat(md5(i::text) || chr(9731), ${bytes} / 35), 'f', now()::timestamp(3), now()::timestamp(3)
  FROM generate_series(1, ${count}) i`;

describe("Memory is bounded by bytes, however long the texts of a table are", function () {
  this.timeout(600_000);
  let source: TestDatabase;
  let warehouse: TestDatabase;
  let lake: string;
  beforeEach(async () => {
    source = await createSource({ seeded: true });
    warehouse = await createDatabase();
    lake = await mkdtemp(join(tmpdir(), "marble-large-"));
  });
  afterEach(async () => {
    await source.drop();
    await warehouse.drop();
    await rm(lake, { recursive: true, force: true });
  });

  const SUMS = "SELECT count(*)::int AS n, sum(octet_length(file_location))::text AS bytes FROM";
  for (const [count, bytes, size] of [
    [70_000, 2048, "2 KB"],
    [1200, 100 * 1024, "100 KB"],
    [4, 20 * 1024 * 1024, "20 MB"],
  ] as const) {
    it(`every stage keeps within its memory with ${count} texts of ${size}`, async () => {
      await source.query(designs(count, bytes));

      const { code, stderr } = await runCommand("local/commands/local.ts", [
        ...["--source", source.readerUrl, "--warehouse", warehouse.url, "--lake", lake, "--once", "--json"],
      ]);

      expect(code, stderr).to.equal(0);
      expect(await warehouse.query(`${SUMS} dim_design`)).to.deep.equal(await source.query(`${SUMS} design`));
    });
  }
});
