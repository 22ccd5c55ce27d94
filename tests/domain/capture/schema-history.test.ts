import { expect } from "chai";
import { schemaEntry } from "../../../domain/capture/schema-history";
import { capture, ingested } from "../../support/pipeline/commits";

const columns = [
  { name: "staff_id", type: "integer", number: 1 },
  { name: "name", type: "text", number: 2 },
];
const commit = (over: Parameters<typeof capture>[0], number = 3) =>
  ingested({ number, tables: { staff: capture({ columns, ...over }) } });

describe("What a commit says that is new of a table's schema", () => {
  const cases: [
    string,
    ReturnType<typeof commit>,
    ReturnType<typeof commit> | undefined,
    string[] | undefined,
  ][] = [
    ["nothing, when all is as it was", commit({}), commit({}, 2), undefined],
    [
      "its columns and key, when it is first seen",
      commit({}),
      undefined,
      ["first seen: staff_id integer, name text; primary key (staff_id)"],
    ],
    [
      "that it has no key",
      commit({ key: [] }),
      ingested({ tables: {} }),
      ["first seen: staff_id integer, name text; no primary key"],
    ],
    [
      "columns that were added, removed, renamed and retyped",
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
      "that it is absent, and why",
      commit({ mode: "absent", absent: "the table is gone" }),
      commit({}, 2),
      ["absent: the table is gone"],
    ],
    [
      "nothing while it stays absent",
      commit({ mode: "absent", absent: "gone" }),
      commit({ mode: "absent", absent: "gone" }, 2),
      undefined,
    ],
    ["that it is back", commit({}), commit({ mode: "absent", absent: "gone" }, 2), ["it is back"]],
    [
      "that it is refused, and why",
      ingested({ tables: {}, refused: { staff: { kind: "table", reason: "no right to read it" } } }),
      ingested({ tables: {} }),
      ["it is not ingested: no right to read it"],
    ],
    [
      "nothing of a table that the log never heard of",
      ingested({ tables: {} }),
      ingested({ tables: {} }),
      undefined,
    ],
  ];
  for (const [what, now, before, changes] of cases) {
    it(`is ${what}`, () => {
      expect(schemaEntry("staff", now, before)).to.deep.equal(
        changes === undefined ? undefined : { commit: 3, at: now.createdAt, changes },
      );
    });
  }
});
