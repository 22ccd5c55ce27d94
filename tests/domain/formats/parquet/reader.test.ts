import { expect } from "chai";
import fc from "fast-check";
import { TerminalError } from "../../../../domain/errors";
import { integer, text } from "../../../../domain/model/types";
import { anyRow } from "../../../support/formats/arbitraries";
import { batchOf, EVERY_TYPE, type Columns, type Row } from "../../../support/formats/columnar";
import { failureOf } from "../../../support/failure";
import { fileOf, parquetOf, rowGroupsOf } from "../../../support/formats/parquet";

describe("The rows of a Parquet file", () => {
  it("are those that were written, of every type, group by group", async () => {
    const batches = fc.array(fc.array(anyRow(EVERY_TYPE), { maxLength: 20 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(batches, fc.integer({ min: 1, max: 30 }), async (given, groupRows) => {
        const file = fileOf(
          parquetOf(
            EVERY_TYPE,
            given.map((rows) => batchOf(EVERY_TYPE, rows)),
            groupRows,
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
      1500,
    );

  it("are found by the names of the columns: in any order, and among others", async () => {
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

  it("are read right where the first column has a dictionary", async () => {
    const same = rows.map(([id]): Row => [7, `note ${String(id)}`]);

    const groups = await rowGroupsOf(columns, fileOf(parquetOf(columns, [batchOf(columns, same)])));

    expect(groups).to.deep.equal([same]);
  });

  it("are fetched in one request a row group, besides the footer", async () => {
    const counted = fileOf(file());
    await rowGroupsOf(columns, counted);
    const footer = fileOf(parquetOf(columns, []));
    await rowGroupsOf(columns, footer);

    expect(counted.reads() - footer.reads()).to.equal(2);
  });

  it("are refused when a column is missing, by name", async () => {
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
