import { expect } from "chai";
import fc from "fast-check";
import { dimDate } from "../../domain/model/dim-date";
import { columnsOf, references } from "../../domain/model/columns";
import type { Model } from "../../domain/model/model";
import { modelProblems } from "../../domain/model/problems";
import { sourceTable } from "../../domain/model/source";
import { dimension, fact } from "../../domain/model/table";
import { integer, text } from "../../domain/model/types";
import { identifier, nameBytes, qualified } from "../../domain/sql";
import { tableForm } from "../../domain/warehouse/target";
import { anyText } from "../support/formats/arbitraries";
import { startPipeline } from "../support/pipeline/pipeline";

const HARD = [
  'with "quotes"',
  "with 'quotes' and \\ and $1",
  "a.b",
  "../up",
  "..",
  "%2E",
  "line\nbreak, tab\t",
  "x".repeat(63),
  "漢".repeat(21),
  "SELECT",
  " ",
  "constructor",
  "hasOwnProperty",
  "-- comment",
  "/* comment",
  "$$",
  "{}",
  "null",
  "0",
  "\ufeff",
];

/** Any name that PostgreSQL gives to a column of users; those of tables and schemas are among them. */
const anyName = fc
  .oneof(fc.constantFrom(...HARD), anyText)
  .map((name) => {
    const kept = Array.from(name);
    while (nameBytes(kept.join("")) > 63) kept.pop();
    return kept.join("");
  })
  .filter((name) => name !== "" && name !== "__proto__" && !name.startsWith("pg_"));

/** As many names as the model and its source have, no two of them alike. */
const NAMES = 17;
const anyNames = fc.uniqueArray(anyName, { minLength: NAMES, maxLength: NAMES, selector: tableForm });

interface Named {
  readonly model: Model;
  readonly schemas: { readonly source: string; readonly warehouse: string };
  /** Statements that create and change the source, and queries for the same rows of the source and of the warehouse. */
  readonly sql: Readonly<Record<"create" | "change" | "expected" | "shown", string>>;
}

function named(names: readonly string[]): Named {
  const [schema = "", dwh = "", parent = "", child = "", ...more] = names;
  const [id = "", name = "", childId = "", parentId = "", note = "", ...ours] = more;
  const [dim = "", dimId = "", dimName = "", record = "", view = "", factName = "", note2 = "", name2 = ""] =
    ours;
  const parents = sourceTable(parent, { key: id, columns: { [id]: integer, [name]: text } });
  const children = sourceTable(child, {
    key: childId,
    columns: { [childId]: integer, [parentId]: integer, [note]: text },
  });
  const [ofParent, ofChild] = [columnsOf(parents), columnsOf(children)];
  const tables = [
    dimension(dim, {
      description: "Parents.",
      source: parents,
      key: dimId,
      columns: { [dimId]: ofParent.copy(id), [dimName]: ofParent.copy(name) },
    }),
    fact(factName, {
      description: "Children, with the name of their parent.",
      source: children,
      key: childId,
      surrogateKey: record,
      currentView: view,
      columns: {
        [childId]: ofChild.copy(childId),
        [parentId]: references(dim, ofChild.copy(parentId)),
        [note2]: ofChild.copy(note),
        [name2]: ofChild.innerJoin(parentId, parents).copy(name as never),
      },
    }),
  ];
  const [p, c] = [qualified(schema, parent), qualified(schema, child)];
  const i = identifier;
  return {
    model: { version: 1, calendar: dimDate, tables },
    schemas: { source: schema, warehouse: dwh },
    sql: {
      create: `CREATE SCHEMA ${i(schema)}; GRANT USAGE ON SCHEMA ${i(schema)} TO reader;
        CREATE TABLE ${p} (${i(id)} int PRIMARY KEY, ${i(name)} text NOT NULL);
        CREATE TABLE ${c} (${i(childId)} int PRIMARY KEY, ${i(parentId)} int NOT NULL, ${i(note)} text NOT NULL);
        INSERT INTO ${p} VALUES (1, 'one'), (2, 'two'); INSERT INTO ${c} VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 1, 'c');
        GRANT SELECT ON ALL TABLES IN SCHEMA ${i(schema)} TO reader`,
      change: `UPDATE ${p} SET ${i(name)} = 'changed' WHERE ${i(id)} = 1; DELETE FROM ${c} WHERE ${i(childId)} = 3`,
      expected: `SELECT ${i(childId)} AS id, ${i(note)} AS note, ${i(name)} AS name
        FROM ${c} JOIN ${p} ON ${i(id)} = ${i(parentId)} ORDER BY 1`,
      shown: `SELECT ${i(childId)} AS id, ${i(note2)} AS note, v.${i(name2)} AS name
        FROM ${qualified(dwh, view)} AS v JOIN ${qualified(dwh, dim)} AS d ON d.${i(dimId)} = v.${i(parentId)}
        WHERE d.${i(dimName)} = v.${i(name2)} ORDER BY 1`,
    },
  };
}

describe("Tables, columns and schemas may have any name that PostgreSQL allows", function () {
  this.timeout(240_000);

  it("on both sides: for inserts, updates, deletes, and a rebuild", async () => {
    await fc.assert(
      fc.asyncProperty(anyNames, async (names) => {
        const { model, schemas, sql } = named(names);
        fc.pre(modelProblems(model).length === 0);
        const pipeline = await startPipeline();
        const load = { model, marts: [], schema: schemas.warehouse };
        const run = async (): Promise<void> => {
          await pipeline.ingest({ model, schemas: [schemas.source] });
          await pipeline.process({ model });
          await pipeline.load(load);
          expect(await pipeline.warehouse.query(sql.shown)).to.deep.equal(
            await pipeline.source.query(sql.expected),
          );
        };
        try {
          await pipeline.source.query(sql.create);
          await pipeline.warehouse.query(`CREATE SCHEMA ${identifier(schemas.warehouse)}`);
          await run();
          await pipeline.source.query(sql.change);
          await run();
          expect((await pipeline.load({ ...load, replay: {} })).replay?.state).to.equal("done");
          await pipeline.load({ ...load, replay: { tables: [model.tables[1]!.name] } });
          await run();
        } finally {
          await pipeline.close();
        }
      }),
      { numRuns: 6 },
    );
  });

  it("but a name that PostgreSQL would truncate is refused by the model check", () => {
    const long = "é".repeat(32);
    const names = Array.from({ length: NAMES }, (_, index) =>
      index === 9 || index === 15 ? `${long}${index}` : `n${index}x`,
    );
    expect(modelProblems(named(names).model).filter((problem) => problem.includes("bytes"))).to.deep.equal([
      `the table ${long}9 has a name of 65 bytes, and PostgreSQL keeps 63: shorten it`,
      `the column n14x.${long}15 has a name of 66 bytes, and PostgreSQL keeps 63: shorten it`,
    ]);
  });
});
