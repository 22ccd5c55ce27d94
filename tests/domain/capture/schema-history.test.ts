import { expect } from "chai";
import { schemaEntry } from "../../../domain/capture/schema-history";
import { capture, ingested } from "../../support/pipeline/commits";

const columns = [
  { name: "staff_id", type: "integer", number: 1 },
  { name: "name", type: "text", number: 2 },
];
const commit = (over: Parameters<typeof capture>[0], number = 3) =>
  ingested({ number, tables: { staff: capture({ columns, ...over }) } });

describe("The schema changes of a table in a commit", () => {
  const cases: [
    string,
    ReturnType<typeof commit>,
    ReturnType<typeof commit> | undefined,
    string[] | undefined,
  ][] = [
    ["empty when nothing changed", commit({}), commit({}, 2), undefined],
    [
      "columns and key of a table that is first seen",
      commit({}),
      undefined,
      ["first seen: staff_id integer, name text; primary key (staff_id)"],
    ],
    [
      "a missing key",
      commit({ key: [] }),
      ingested({ tables: {} }),
      ["first seen: staff_id integer, name text; no primary key"],
    ],
    [
      "added, removed, renamed and retyped columns",
      commit({
        columns: [
          { name: "id", type: "bigint", number: 1 },
          { name: "born", type: "date", number: 3 },
        ],
        key: ["id"],
      }),
      commit({}, 2),
      [
        "added born date",
        "removed name",
        "renamed staff_id → id",
        "retyped id: integer → bigint",
        "primary key (id)",
      ],
    ],
    [
      "absence with its reason",
      commit({ mode: "absent", absent: "the table is gone" }),
      commit({}, 2),
      ["absent: the table is gone"],
    ],
    [
      "empty while the table stays absent",
      commit({ mode: "absent", absent: "gone" }),
      commit({ mode: "absent", absent: "gone" }, 2),
      undefined,
    ],
    [
      "the return of an absent table",
      commit({}),
      commit({ mode: "absent", absent: "gone" }, 2),
      ["it is back"],
    ],
    [
      "a refusal with its reason",
      ingested({ tables: {}, refused: { staff: { kind: "table", reason: "no right to read it" } } }),
      ingested({ tables: {} }),
      ["it is not ingested: no right to read it"],
    ],
    ["empty for an unknown table", ingested({ tables: {} }), ingested({ tables: {} }), undefined],
  ];
  for (const [what, now, before, changes] of cases) {
    it(`are ${what}`, () => {
      expect(schemaEntry("staff", now, before)).to.deep.equal(
        changes === undefined ? undefined : { commit: 3, at: now.createdAt, changes },
      );
    });
  }
});
