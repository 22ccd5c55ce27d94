import fc from "fast-check";
import { identifier, literal } from "../../../domain/sql";
import { VALUES } from "../../support/oracle/every-type";
import { expectMirrored, startMirror } from "../../support/oracle/mirrored";
import { testedMajor } from "../../support/postgres/version";

/** Types that the server lacks. */
const NEWER = testedMajor() < 14 ? /multirange$/ : /^$/;

/** Types whose values can be cast to text and back, each with a default for existing rows. */
const TYPES = Object.keys(VALUES).filter(
  (name) => !/^(reg|aclitem|cid$|xid$|tid$)/.test(name) && !NEWER.test(name),
);

const valueOf = (type: string, place: number): string => {
  const values = VALUES[type] ?? [];
  const value = values[place % (values.length + 1)];
  return value === undefined ? "NULL" : `${literal(value)}::pg_catalog.${identifier(type)}`;
};

/** Changes of a table between two runs, as numbers. The state of the table decides what each number means. */
type Step =
  | { readonly kind: "insert" | "update" | "delete"; readonly row: number; readonly place: number }
  | {
      readonly kind: "add" | "retype";
      readonly column: number;
      readonly type: string;
      readonly place: number;
    }
  | { readonly kind: "drop" | "rename"; readonly column: number; readonly place: number }
  | { readonly kind: "run" };

const type = fc.constantFrom(...TYPES);
const number = fc.nat({ max: 20 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom("insert", "update", "delete"), row: number, place: number }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("add", "retype"), column: number, type, place: number }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("drop", "rename"), column: number, place: number }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: "run" } as const) },
);

const KEYS = {
  one: ["id"],
  two: ["part", "id"],
  none: [],
} as const;

interface Table {
  readonly columns: { name: string; type: string }[];
}

/** The statement of a step for the present table; undefined when the step does not apply. */
function statementOf(given: Exclude<Step, { kind: "run" }>, { columns }: Table): string | undefined {
  const at = "column" in given ? columns[given.column % Math.max(1, columns.length)] : undefined;
  switch (given.kind) {
    case "insert": {
      const values = columns.map((column, index) => valueOf(column.type, given.place + index));
      return `INSERT INTO t VALUES (${[String(given.row), "'part'", ...values].join(", ")}) ON CONFLICT DO NOTHING`;
    }
    case "update":
      return columns.length === 0
        ? undefined
        : `UPDATE t SET ${columns.map((column, index) => `${column.name} = ${valueOf(column.type, given.place + index)}`).join(", ")} WHERE id % 5 = ${given.row % 5}`;
    case "delete":
      return `DELETE FROM t WHERE id = ${given.row}`;
    case "add": {
      const name = `c${given.place}_${columns.length}`;
      if (columns.some((column) => column.name === name)) return undefined;
      columns.push({ name, type: given.type });
      return `ALTER TABLE t ADD ${name} pg_catalog.${identifier(given.type)} DEFAULT ${valueOf(given.type, given.place)}`;
    }
    case "retype":
      if (at === undefined) return undefined;
      at.type = given.type;
      return `ALTER TABLE t ALTER ${at.name} DROP DEFAULT, ALTER ${at.name} TYPE pg_catalog.${identifier(given.type)} USING ${valueOf(given.type, given.place)}`;
    case "drop":
      if (at === undefined) return undefined;
      columns.splice(columns.indexOf(at), 1);
      return `ALTER TABLE t DROP ${at.name}`;
    case "rename": {
      if (at === undefined) return undefined;
      const [was, is] = [at.name, `r${given.place}_${given.column}`];
      if (columns.some(({ name }) => name === is)) return undefined;
      at.name = is;
      return `ALTER TABLE t RENAME ${was} TO ${is}`;
    }
  }
}

describe("The mirror of a table with any types", function () {
  this.timeout(300_000);

  it("equals the source after every commit, whatever was written and changed", () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...(Object.keys(KEYS) as (keyof typeof KEYS)[])),
        fc.array(type, { maxLength: 4 }),
        fc.array(step, { minLength: 8, maxLength: 24 }),
        async (key, types, steps) => {
          const pipeline = await startMirror();
          try {
            const columns = types.map((of, index) => ({ name: `c_${index}`, type: of }));
            const declared = columns.map(
              (column) => `, ${column.name} pg_catalog.${identifier(column.type)}`,
            );
            const names = KEYS[key].join(", ");
            await pipeline.sql(
              `CREATE TABLE t (id int, part text${declared.join("")}${names === "" ? "" : `, PRIMARY KEY (${names})`});
               INSERT INTO t (id, part) SELECT n, 'part' FROM generate_series(30, 90) AS n`,
            );
            for (const one of [...steps, { kind: "run" } as const]) {
              if (one.kind === "run") {
                await pipeline.mirror();
                await expectMirrored(pipeline);
                continue;
              }
              const sql = statementOf(one, { columns });
              if (sql !== undefined) await pipeline.sql(sql);
            }
          } finally {
            await pipeline.close();
          }
        },
      ),
      { numRuns: 6 },
    ));
});
