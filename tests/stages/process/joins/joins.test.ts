import { expect } from "chai";
import { columnsOf, constant } from "../../../../domain/model/columns";
import { computed } from "../../../../domain/model/computed";
import type { Model } from "../../../../domain/model/model";
import { modelProblems } from "../../../../domain/model/problems";
import { optional, sourceTable } from "../../../../domain/model/source";
import { dimension, fact } from "../../../../domain/model/table";
import { boolean, decimal, integer, text } from "../../../../domain/model/types";
import { dimDate } from "../../../../domain/model/dim-date";
import { startPipeline, type Pipeline } from "../../../support/pipeline/pipeline";

const city = sourceTable("city", { key: "city_id", columns: { city_id: integer, city: text } });
const client = sourceTable("client", {
  key: "client_id",
  columns: { client_id: integer, name: text, city_id: optional(integer) },
});
const purchase = sourceTable("purchase", {
  key: "purchase_id",
  columns: { purchase_id: integer, client_id: optional(integer), open: boolean },
});
const line = sourceTable("line", {
  key: ["purchase_id", "line_no"],
  columns: {
    purchase_id: integer,
    line_no: integer,
    quantity: integer,
    price: decimal(10, 2),
    discount: decimal(4, 3),
  },
});
const worker = sourceTable("worker", {
  key: "worker_id",
  columns: { worker_id: integer, name: text, boss_id: optional(integer) },
});

const workers = columnsOf(worker);
const boss = workers.leftJoin("boss_id", worker);
const dimWorker = dimension("dim_worker", {
  description: "Who works, with the boss and the boss of the boss.",
  source: worker,
  key: "worker_id",
  columns: {
    worker_id: workers.copy("worker_id"),
    name: workers.copy("name"),
    boss: boss.copy("name"),
    boss_of_boss: boss.leftJoin("boss_id", worker).copy("name"),
  },
});

const lines = columnsOf(line);
const ofPurchase = lines.innerJoin("purchase_id", purchase);
const ofClient = ofPurchase.leftJoin("client_id", client);
const dimLine = dimension("dim_line", {
  description: "The keys of lines.",
  source: line,
  key: ["purchase_id", "line_no"],
  columns: { purchase_id: lines.copy("purchase_id"), line_no: lines.copy("line_no") },
});
const factLine = fact("fact_line", {
  description: "Every version of every line of an open purchase, with client and city.",
  source: line,
  where: ofPurchase.copy("open"),
  key: ["purchase_id", "line_no"],
  surrogateKey: "record_id",
  currentView: "current_line",
  references: [{ to: "dim_line", columns: { purchase_id: "purchase_id", line_no: "line_no" } }],
  columns: {
    purchase_id: lines.copy("purchase_id"),
    line_no: lines.copy("line_no"),
    client: ofClient.copy("name"),
    city: ofClient.leftJoin("city_id", city).copy("city"),
    amount: computed(
      decimal(12, 2),
      {
        quantity: lines.copy("quantity"),
        price: lines.copy("price"),
        discount: lines.copy("discount"),
      },
      ({ quantity, price, discount }) => price.times(quantity).times(discount.times(-1).plus(1)),
    ),
  },
});
const bought = columnsOf(purchase);
const factEvent = fact("fact_event", {
  description: "Purchases and clients as events of one kind.",
  source: purchase,
  key: ["kind", "id"],
  surrogateKey: "record_id",
  currentView: "current_event",
  columns: { kind: constant(text, "purchase"), id: bought.copy("purchase_id") },
  also: [
    {
      source: client,
      columns: { kind: constant(text, "client"), id: columnsOf(client).copy("client_id") },
    },
  ],
});

const model: Model = {
  version: 1,
  calendar: dimDate,
  tables: [dimWorker, dimLine, factLine, factEvent],
};

const SCHEMA = `
CREATE TABLE city (city_id int PRIMARY KEY, city text NOT NULL);
CREATE TABLE client (client_id int PRIMARY KEY, name text NOT NULL, city_id int);
CREATE TABLE purchase (purchase_id int PRIMARY KEY, client_id int, open boolean NOT NULL);
CREATE TABLE line (purchase_id int, line_no int, quantity int NOT NULL, price numeric(10,2) NOT NULL,
                   discount numeric(4,3) NOT NULL, PRIMARY KEY (purchase_id, line_no));
CREATE TABLE worker (worker_id int PRIMARY KEY, name text NOT NULL, boss_id int);
INSERT INTO city VALUES (1, 'Leeds'), (2, 'York');
INSERT INTO client VALUES (1, 'Ann', 1), (2, 'Bob', NULL), (3, 'Cy', 9);
INSERT INTO purchase VALUES (1, 1, true), (2, 2, true), (3, NULL, true), (4, 3, false);
INSERT INTO line SELECT p, l, p * l, 9.99 * l, 0.125 FROM generate_series(1, 4) p, generate_series(1, 3) l;
INSERT INTO worker VALUES (1, 'Top', NULL), (2, 'Mid', 1), (3, 'Low', 2);
`;

/** What SQL over the source says that the warehouse must show. */
const EXPECTED: Readonly<Record<string, string>> = {
  "SELECT worker_id, name, boss, boss_of_boss FROM dim_worker ORDER BY 1": `SELECT w.worker_id, w.name, b.name AS boss, t.name AS boss_of_boss FROM worker w
      LEFT JOIN worker b ON b.worker_id = w.boss_id LEFT JOIN worker t ON t.worker_id = b.boss_id ORDER BY 1`,
  "SELECT purchase_id, line_no, client, city, amount FROM current_line ORDER BY 1, 2": `SELECT l.purchase_id, l.line_no, c.name AS client, i.city, round(l.price * l.quantity * (1 - l.discount), 2) AS amount
      FROM line l JOIN purchase p USING (purchase_id) LEFT JOIN client c USING (client_id) LEFT JOIN city i USING (city_id)
      WHERE p.open ORDER BY 1, 2`,
  "SELECT kind, id FROM current_event ORDER BY 1, 2": `SELECT 'purchase' AS kind, purchase_id AS id FROM purchase UNION ALL SELECT 'client', client_id FROM client ORDER BY 1, 2`,
};

/** Each a change on some side of a join, and how many new versions of lines it makes. */
const CHANGES: readonly (readonly [what: string, sql: string, versions: number])[] = [
  ["a row at the end of three joins changes", "UPDATE city SET city = 'Leeds!' WHERE city_id = 1", 3],
  ["a row in the middle refers to another", "UPDATE client SET city_id = 2 WHERE client_id = 1", 3],
  ["a row in the middle gets a partner", "UPDATE client SET city_id = 1 WHERE client_id = 2", 3],
  ["a row that was missing comes", "INSERT INTO city VALUES (9, 'Nine')", 0],
  ["a row that is referred to goes", "DELETE FROM city WHERE city_id = 2", 3],
  ["the condition begins to hold", "UPDATE purchase SET open = true WHERE purchase_id = 4", 3],
  ["the condition ends to hold", "UPDATE purchase SET open = false WHERE purchase_id = 3", 0],
  [
    "rows are replaced by equal rows",
    "INSERT INTO client SELECT 11, name, city_id FROM client WHERE client_id = 1; " +
      "UPDATE purchase SET client_id = 11 WHERE purchase_id = 1",
    0,
  ],
  ["one line changes", "UPDATE line SET quantity = 50 WHERE purchase_id = 1 AND line_no = 1", 1],
  ["one of several lines goes", "DELETE FROM line WHERE purchase_id = 1 AND line_no = 1", 0],
  ["the partner of an inner join goes", "DELETE FROM purchase WHERE purchase_id = 2", 0],
  ["and comes back", "INSERT INTO purchase VALUES (2, 1, true)", 3],
  ["a boss of bosses is renamed", "UPDATE worker SET name = 'Topmost' WHERE worker_id = 1", 0],
  ["the partner of a left join goes", "DELETE FROM client WHERE client_id = 3", 3],
  ["a table is rewritten unchanged", "VACUUM FULL line", 0],
  ["every table is captured again", "VACUUM FULL client; VACUUM FULL purchase; VACUUM FULL city", 0],
  ["more lines change than keys are in memory", "UPDATE line SET quantity = 7 WHERE purchase_id = 2", 3],
  ["more partners change than keys are in memory", "UPDATE client SET name = name || '!'", 5],
  ["more partners go than keys are in memory", "DELETE FROM client", 5],
];

describe("A table with joins shows what SQL over the source says", () => {
  let pipeline: Pipeline;
  let mostKeys = Infinity;
  const run = async (): Promise<void> => {
    await pipeline.ingest({ allowDeletes: ["city", "client", "purchase", "line"] });
    await pipeline.process({ model, mostKeys });
    await pipeline.load({ model, marts: [] });
  };
  const expectSame = async (what: string): Promise<void> => {
    for (const [ours, theirs] of Object.entries(EXPECTED))
      expect(await pipeline.warehouse.query(ours), `${what}: ${ours}`).to.deep.equal(
        await pipeline.source.query(theirs),
      );
  };
  const versions = async (): Promise<number> => {
    const [row] = await pipeline.warehouse.query<{ n: number }>("SELECT count(*)::int AS n FROM fact_line");
    return row?.n ?? 0;
  };

  const showsTheSame = async (): Promise<void> => {
    expect(modelProblems(model)).to.deep.equal([]);
    pipeline = await startPipeline();
    try {
      await pipeline.source.query(SCHEMA);
      await run();
      await expectSame("at first");
      let known = await versions();
      expect(known).to.equal(9);
      for (const [what, sql, more] of CHANGES) {
        for (const statement of sql.split("; ")) await pipeline.source.query(statement);
        await run();
        await expectSame(what);
        const now = await versions();
        expect(now - known, `new versions when ${what}`).to.equal(more);
        known = now;
      }
    } finally {
      await pipeline.close();
    }
  };

  for (const keys of [Infinity, 2])
    it(`at first and after every change, without extra versions, with ${keys} keys in memory`, async () => {
      mostKeys = keys;
      await showsTheSame();
    });
});
