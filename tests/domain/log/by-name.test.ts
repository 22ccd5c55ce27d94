import { expect } from "chai";
import * as z from "zod";
import { byName, emptyByName, valueNamed } from "../../../domain/log/by-name";

/** Names that every object has or inherits. */
const NAMES = ["constructor", "__proto__", "toString", "hasOwnProperty", "7"];

const schema = z.object({ tables: byName(z.object({ rows: z.int() })) });

describe("Values by the names of tables", () => {
  for (const name of NAMES) {
    it(`keep the table ${name} through JSON`, () => {
      const tables = emptyByName<{ rows: number }>();
      tables[name] = { rows: 5 };

      const read = schema.parse(JSON.parse(JSON.stringify({ tables })));

      expect(Object.entries(read.tables)).to.deep.equal([[name, { rows: 5 }]]);
      expect(valueNamed(read.tables, name)).to.deep.equal({ rows: 5 });
    });

    it(`have no table ${name} when it is missing`, () => {
      const read = schema.parse({ tables: { department: { rows: 1 } } });

      expect(valueNamed(read.tables, name)).to.equal(undefined);
      expect(valueNamed({ ...read.tables }, name)).to.equal(undefined);
      expect(valueNamed(undefined, name)).to.equal(undefined);
    });
  }

  for (const wrong of [[], "tables", null, { department: { rows: "many" } }, { department: 5 }]) {
    it(`are not ${JSON.stringify(wrong)}`, () => {
      expect(schema.safeParse({ tables: wrong }).success).to.equal(false);
    });
  }
});
