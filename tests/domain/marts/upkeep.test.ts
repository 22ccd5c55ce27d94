import { expect } from "chai";
import { marts, model } from "../../../domain/declarations";
import { martTask, findUndeclared, type MartRelation } from "../../../domain/marts/upkeep";
import { createMart, markIn, martView } from "../../../domain/marts/view";
import { targetOf } from "../../support/warehouse/staging";

const MARK = { schema: "public", digest: "0123456789abcdef" };
const WANTED = { ...MARK, columns: ["month", "revenue"] };
const standing = (more: Partial<MartRelation> = {}): MartRelation => ({
  name: "revenue_by_month",
  isView: true,
  isOwn: true,
  comment: "What did we sell?\nmarble mart of public, 0123456789abcdef",
  columns: ["month", "revenue"],
  isAsMade: true,
  readsElsewhere: false,
  ...more,
});

describe("What is done about a mart", () => {
  const cases: readonly [says: string, found: MartRelation | undefined, does: string][] = [
    ["it is created where nothing has its name", undefined, "create"],
    ["nothing, where it stands as it should be", standing(), "nothing"],
    [
      "it is replaced when its definition has changed",
      standing({ comment: "marble mart of public, fedcba9876543210" }),
      "replace",
    ],
    ["it is replaced when it reads tables that were replaced", standing({ readsElsewhere: true }), "replace"],
    ["it is replaced when somebody has written it over", standing({ isAsMade: false }), "replace"],
    ["it is replaced when somebody has renamed a column", standing({ columns: ["month", "sum"] }), "replace"],
    ["it leaves a user's view alone", standing({ comment: "mine" }), "refuse"],
    [
      "it leaves a user's view alone whose comment only speaks of marts",
      standing({ comment: "marble mart of public, soon" }),
      "refuse",
    ],
    ["it leaves a table alone, whatever its comment", standing({ isView: false }), "refuse"],
    [
      "it leaves the mart of another warehouse alone",
      standing({ comment: "marble mart of other, 0123456789abcdef" }),
      "refuse",
    ],
    [
      "it leaves the view of another role alone when it would have to change",
      standing({ isOwn: false, readsElsewhere: true }),
      "refuse",
    ],
    ["another role's view may stay when it need not change", standing({ isOwn: false }), "nothing"],
  ];
  for (const [says, found, does] of cases) it(says, () => expect(martTask(WANTED, found).do).to.equal(does));

  it("what is declared no more is dropped, if it is ours", () => {
    const relations = [
      standing(),
      standing({ name: "older" }),
      standing({ name: "mine", comment: "" }),
      standing({ name: "others", comment: "marble mart of other, 0123456789abcdef" }),
      standing({ name: "table", isView: false }),
      standing({ name: "foreign", isOwn: false }),
    ];
    expect(findUndeclared(relations, { schema: "public", declared: ["revenue_by_month"] })).to.deep.equal([
      "older",
    ]);
  });
});

describe("The view of a mart", () => {
  const stars = {
    schema: 'Odd "schema"',
    targets: new Map(model.tables.map((table) => [table.name, targetOf(table)])),
  };

  it("carries a mark by which it is known again, whatever the schema is called", () => {
    for (const schema of ["public", 'Odd "schema"', "a, 0123456789abcdef"]) {
      const [mart] = marts;
      const mark = { schema, digest: "0123456789abcdef" };
      const sql = createMart("marts", martView(mart!, stars), mark);
      const [, comment] = /COMMENT ON VIEW "marts"\."\w+" IS E'((?:[^'\\]|\\.|'')*)'/.exec(sql) ?? [];
      expect(markIn(comment!.replaceAll("''", "'").replaceAll("\\\\", "\\"))).to.deep.equal(mark);
    }
  });

  it("reads the tables that the mart names, and no others", () => {
    const [mart] = marts.filter(({ name }) => name === "revenue_by_month");
    const { select } = martView(mart!, stars);
    expect([...select.matchAll(/FROM ("Odd ""schema"""\.\S+)\)/g)].map(([, name]) => name)).to.deep.equal([
      '"Odd ""schema"""."dim_currency"',
      '"Odd ""schema"""."current_sales_order"',
    ]);
  });
});
