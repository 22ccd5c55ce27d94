import { expect } from "chai";
import type { TableDescription } from "../../../domain/capture/table-description";
import type { TableCapture } from "../../../domain/log/commit";
import { earlierIdentity, identityOf } from "../../../domain/capture/source-identity";
import { capture } from "../../support/pipeline/commits";

const column = (number: number, name: string) => ({ name, type: "integer", number });
const columns = [column(1, "a"), column(2, "b"), column(3, "c")];
const was = (changes: Partial<TableCapture> = {}): TableCapture =>
  capture({ storage: "10:10", key: ["a", "b"], columns, ...changes });
const is = (changes: Partial<TableDescription> = {}): TableDescription => ({
  name: "t",
  relation: '"public"."t"',
  storage: "10:11",
  key: ["a", "b"],
  columns,
  ...changes,
});

describe("The rows of a table are identified", () => {
  it("by its primary key", () => {
    expect(identityOf(is({ key: ["c"] }), was())).to.deep.equal(["c"]);
    expect(identityOf(is({ key: ["c"] }), undefined)).to.deep.equal(["c"]);
    expect(identityOf(is({ key: [] }), undefined)).to.deep.equal([]);
  });

  it("by the last key of a table without a key, as long as its columns exist", () => {
    const renamed = [column(1, "x"), column(2, "b")];
    expect(identityOf(is({ key: [] }), was())).to.deep.equal(["a", "b"]);
    expect(identityOf(is({ key: [], columns: renamed }), was())).to.deep.equal(["x", "b"]);
    expect(identityOf(is({ key: [] }), was({ key: [], identity: ["b"] }))).to.deep.equal(["b"]);
    expect(identityOf(is({ key: [], columns: [column(2, "b")] }), was())).to.deep.equal([]);
    expect(identityOf(is({ key: [] }), was({ key: [] }))).to.deep.equal([]);
  });
});

describe("Rows that were captured by a key can be found again", () => {
  it("by its columns under a new key or new names", () => {
    expect(earlierIdentity(is({ key: ["c"] }), was())).to.deep.equal(["a", "b"]);
    expect(earlierIdentity(is({ columns: [column(1, "b"), column(2, "a")] }), was())).to.deep.equal([
      "b",
      "a",
    ]);
  });

  it("by column names in a table that replaced another", () => {
    const moved = [column(4, "b"), column(5, "a")];
    expect(earlierIdentity(is({ storage: "20:20", columns: moved }), was())).to.deep.equal(["a", "b"]);
  });

  it("not without its columns", () => {
    // A column that was dropped and added again is another column.
    expect(earlierIdentity(is({ columns: [column(4, "a"), column(2, "b")] }), was())).to.equal(undefined);
    expect(earlierIdentity(is(), was({ key: [] }))).to.equal(undefined);
  });
});
