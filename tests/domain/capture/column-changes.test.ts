import { expect } from "chai";
import {
  changesRows,
  columnChanges,
  hasChanges,
  type CatalogueColumn,
} from "../../../domain/capture/column-changes";

const column = (number: number, name: string, type = "text"): CatalogueColumn => ({ number, name, type });
const none = { added: [], removed: [], renamed: [], retyped: [] };

describe("The columns of a table", () => {
  const before = [column(1, "id", "integer"), column(2, "a"), column(3, "b")];
  const cases: readonly (readonly [string, CatalogueColumn[], Partial<typeof none>, boolean])[] = [
    ["are unchanged", [...before], {}, false],
    ["are unchanged in another order", [before[2]!, before[0]!, before[1]!], {}, false],
    ["gained one column", [...before, column(4, "c")], { added: ["c"] } as never, true],
    ["lost one column, which changes no row", before.slice(0, 2), { removed: ["b"] } as never, false],
    [
      "lost one column and gained another of the same name",
      [before[0]!, before[1]!, column(4, "b")],
      { added: ["b"], removed: ["b"] } as never,
      true,
    ],
    [
      "changed names",
      [before[0]!, column(2, "b"), column(3, "a")],
      { renamed: ["a → b", "b → a"] } as never,
      true,
    ],
    [
      "changed a type",
      [column(1, "id", "bigint"), before[1]!, before[2]!],
      { retyped: ["id: integer → bigint"] } as never,
      true,
    ],
  ];
  for (const [what, now, changes, rows] of cases) {
    it(what, () => {
      const found = columnChanges(before, now);

      expect(found).to.deep.equal({ ...none, ...changes });
      expect(changesRows(found)).to.equal(rows);
      expect(hasChanges(found)).to.equal(Object.keys(changes).length > 0);
    });
  }

  it("are compared by name when a commit does not have their numbers", () => {
    const plain = (names: string[]): CatalogueColumn[] => names.map((name) => ({ name, type: "text" }));

    expect(columnChanges(plain(["a", "b"]), [column(1, "b"), column(2, "c")])).to.deep.equal({
      ...none,
      added: ["c"],
      removed: ["a"],
    });
  });

  it("change the rows when an enumeration renames a value but not when it adds one", () => {
    const mood = (...labels: string[]): CatalogueColumn[] => [{ ...column(1, "mood", "enum mood"), labels }];

    expect(changesRows(columnChanges(mood("sad", "ok"), mood("sad", "ok", "glad")))).to.equal(false);
    expect(changesRows(columnChanges(mood("sad", "ok"), mood("low", "ok")))).to.equal(true);
  });
});
