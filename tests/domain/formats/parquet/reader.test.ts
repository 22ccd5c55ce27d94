import { expect } from "chai";
import fc from "fast-check";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { TerminalError } from "../../../../domain/errors";
import { bigint, integer, text, time, timestamp } from "../../../../domain/model/types";
import { anyRow } from "../../../support/formats/arbitraries";
import { batchOf, EVERY_TYPE, type Columns, type Row } from "../../../support/formats/columnar";
import { failureOf } from "../../../support/failure";
import { fileOf, parquetOf, rowGroupsOf } from "../../../support/formats/parquet";

describe("The rows of a Parquet file", () => {
  it("are read as written for every type, group by group", async () => {
    const batches = fc.array(fc.array(anyRow(EVERY_TYPE), { maxLength: 20 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(batches, fc.integer({ min: 1, max: 30 }), async (given, groupRows) => {
        const file = fileOf(
          parquetOf(
            EVERY_TYPE,
            given.map((rows) => batchOf(EVERY_TYPE, rows)),
            { rows: groupRows },
          ),
        );

        const groups = await rowGroupsOf(EVERY_TYPE, file);

        expect(groups.flat()).to.deep.equal(given.flat());
        for (const group of groups.slice(0, -1)) expect(group.length).to.be.at.least(groupRows);
      }),
      { numRuns: 50 },
    );
  });

  const columns: Columns = { id: { type: integer, nullable: false }, note: { type: text, nullable: true } };
  const rows = Array.from({ length: 4000 }, (_, id): Row => [id, id % 5 === 0 ? null : `note ${id % 9}`]);
  const file = (): Buffer =>
    parquetOf(
      columns,
      [rows.slice(0, 1500), rows.slice(1500)].map((some) => batchOf(columns, some)),
      { rows: 1500 },
    );

  it("are found by column names in any order and among other columns", async () => {
    const { id, note } = columns as Required<typeof columns>;

    expect(await rowGroupsOf({ note: note!, id: id! }, fileOf(file()))).to.deep.equal([
      rows.slice(0, 1500).map(([a, b]) => [b, a]),
      rows.slice(1500).map(([a, b]) => [b, a]),
    ]);
    expect(await rowGroupsOf({ note: note! }, fileOf(file()))).to.deep.equal([
      rows.slice(0, 1500).map(([, b]) => [b]),
      rows.slice(1500).map(([, b]) => [b]),
    ]);
  });

  it("are found by names that differ only in a leading byte order mark", async () => {
    const marked = ["\ufeffid", "\ufeff\ufeffid", "id", "\ufeff"];
    const named: Columns = Object.fromEntries(
      marked.map((name) => [name, { type: integer, nullable: true }]),
    );
    const written = parquetOf(named, [batchOf(named, [[1, 2, 3, 4]])]);

    expect(await rowGroupsOf(named, fileOf(written))).to.deep.equal([[[1, 2, 3, 4]]]);
  });

  it("are read correctly when the first column has a dictionary", async () => {
    const same = rows.map(([id]): Row => [7, `note ${String(id)}`]);

    const groups = await rowGroupsOf(columns, fileOf(parquetOf(columns, [batchOf(columns, same)])));

    expect(groups).to.deep.equal([same]);
  });

  it("are fetched in one request for each row group after the footer", async () => {
    const counted = fileOf(file());
    await rowGroupsOf(columns, counted);
    const footer = fileOf(parquetOf(columns, []));
    await rowGroupsOf(columns, footer);

    expect(counted.reads() - footer.reads()).to.equal(2);
  });

  it("are refused with the name of a missing column", async () => {
    const wanted = {
      ...columns,
      size: { type: integer, nullable: true },
      colour: { type: text, nullable: true },
    };

    const error = await failureOf(rowGroupsOf(wanted, fileOf(file())));

    expect(error).to.be.instanceOf(TerminalError);
    expect(error.message).to.equal("the Parquet file has no column size, colour");
  });
});

describe("A file with timestamps in milliseconds from an earlier version", () => {
  it("is read in microseconds", async () => {
    const writer = new ByteWriter();
    const moments = [
      Date.UTC(2024, 1, 29, 14, 20, 52, 123),
      -1,
      null,
      Date.UTC(9999, 11, 31, 23, 59, 59, 999),
    ];
    const unit = { isAdjustedToUTC: false, unit: "MILLIS" } as const;
    const file = new ParquetWriter({
      writer,
      schema: [
        { name: "schema", num_children: 3 },
        {
          name: "clock",
          type: "INT32",
          repetition_type: "REQUIRED",
          converted_type: "TIME_MILLIS",
          logical_type: { type: "TIME", ...unit },
        },
        {
          name: "moment",
          type: "INT64",
          repetition_type: "OPTIONAL",
          converted_type: "TIMESTAMP_MILLIS",
          logical_type: { type: "TIMESTAMP", ...unit },
        },
        { name: "large", type: "INT64", repetition_type: "REQUIRED" },
      ],
    });
    void file.write({
      columnData: [
        { name: "clock", data: [51_652_123, 0, 86_399_999, 1] },
        { name: "moment", data: moments.map((moment) => (moment === null ? null : BigInt(moment))) },
        { name: "large", data: [1n, 2n, 3n, 4n] },
      ],
    });
    void file.finish();
    const old: Columns = {
      clock: { type: time, nullable: false },
      moment: { type: timestamp, nullable: true },
      large: { type: bigint, nullable: false },
    };

    const rows = (await rowGroupsOf(old, fileOf(writer.getBytes()))).flat();

    expect(rows).to.deep.equal([
      [51_652_123_000, 1_709_216_452_123_000, 1n],
      [0, -1000, 2n],
      [86_399_999_000, null, 3n],
      [1000, 253_402_300_799_999_000n, 4n],
    ]);
  });
});
