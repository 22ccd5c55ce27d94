import { expect } from "chai";
import { martTask, findUndeclared, type MartRelation } from "../../../domain/marts/upkeep";
import { createMart, markIn, martView } from "../../../domain/marts/view";
import { takingsByDay } from "../../support/hires/marts";
import { hireModel } from "../../support/hires/model";
import { targetOf } from "../../support/warehouse/staging";

const MARK = { schema: "public", digest: "0123456789abcdef" };
const WANTED = { ...MARK, columns: ["month", "revenue"] };
const relation = (more: Partial<MartRelation> = {}): MartRelation => ({
  name: "revenue_by_month",
  isView: true,
  isOwn: true,
  comment: "What did we sell?\nmarble mart of public, 0123456789abcdef",
  columns: ["month", "revenue"],
  isAsMade: true,
  readsElsewhere: false,
  ...more,
});

describe("The upkeep of a mart", () => {
  const cases: readonly [says: string, found: MartRelation | undefined, does: string][] = [
    ["creates it when its name is free", undefined, "create"],
    ["does nothing when it is up to date", relation(), "nothing"],
    [
      "replaces it when its definition has changed",
      relation({ comment: "marble mart of public, fedcba9876543210" }),
      "replace",
    ],
    ["replaces it when it reads tables that were replaced", relation({ readsElsewhere: true }), "replace"],
    ["replaces it when somebody has overwritten it", relation({ isAsMade: false }), "replace"],
    ["replaces it when somebody has renamed a column", relation({ columns: ["month", "sum"] }), "replace"],
    ["refuses to replace a user's view", relation({ comment: "mine" }), "refuse"],
    [
      "refuses to replace a user's view whose comment only mentions marts",
      relation({ comment: "marble mart of public, soon" }),
      "refuse",
    ],
    ["refuses to replace a table with any comment", relation({ isView: false }), "refuse"],
    [
      "refuses to replace the mart of another warehouse",
      relation({ comment: "marble mart of other, 0123456789abcdef" }),
      "refuse",
    ],
    [
      "refuses to change the view of another role",
      relation({ isOwn: false, readsElsewhere: true }),
      "refuse",
    ],
    ["accepts the view of another role when it need not change", relation({ isOwn: false }), "nothing"],
  ];
  for (const [says, found, does] of cases) it(says, () => expect(martTask(WANTED, found).do).to.equal(does));

  it("drops only its own marts that are no longer declared", () => {
    const relations = [
      relation(),
      relation({ name: "older" }),
      relation({ name: "mine", comment: "" }),
      relation({ name: "others", comment: "marble mart of other, 0123456789abcdef" }),
      relation({ name: "table", isView: false }),
      relation({ name: "foreign", isOwn: false }),
    ];
    expect(findUndeclared(relations, { schema: "public", declared: ["revenue_by_month"] })).to.deep.equal([
      "older",
    ]);
  });
});

describe("The view of a mart", () => {
  const stars = {
    schema: 'Odd "schema"',
    targets: new Map([hireModel.calendar, ...hireModel.tables].map((table) => [table.name, targetOf(table)])),
  };

  it("carries a mark that identifies it in a schema of any name", () => {
    for (const schema of ["public", 'Odd "schema"', "a, 0123456789abcdef"]) {
      const mark = { schema, digest: "0123456789abcdef" };
      const sql = createMart("marts", martView(takingsByDay, stars), mark);
      const [, comment] = /COMMENT ON VIEW "marts"\."\w+" IS E'((?:[^'\\]|\\.|'')*)'/.exec(sql) ?? [];
      expect(markIn(comment!.replaceAll("''", "'").replaceAll("\\\\", "\\"))).to.deep.equal(mark);
    }
  });

  it("reads only the tables that the mart names", () => {
    const { select } = martView(takingsByDay, stars);
    expect([...select.matchAll(/FROM ("Odd ""schema"""\.\S+)\)/g)].map(([, name]) => name)).to.deep.equal([
      '"Odd ""schema"""."dim_date"',
      '"Odd ""schema"""."current_hire"',
    ]);
  });
});
