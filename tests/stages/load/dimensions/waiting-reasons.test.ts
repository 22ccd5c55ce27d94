import { expect } from "chai";
import { columnsOf, references } from "../../../../domain/model/columns";
import { dimDate } from "../../../../domain/model/dim-date";
import type { Model } from "../../../../domain/model/model";
import { optional, sourceTable } from "../../../../domain/model/source";
import { dimension, fact } from "../../../../domain/model/table";
import { integer } from "../../../../domain/model/types";
import { startPipeline, type Pipeline } from "../../../support/pipeline/pipeline";
import { createDatabase } from "../../../support/postgres/postgres";

const agent = sourceTable("agent", { key: "id", columns: { id: integer } });
const customer = sourceTable("customer", {
  key: "id",
  columns: { id: integer, agent_id: optional(integer), parent_id: optional(integer) },
});
const contract = sourceTable("contract", {
  key: "id",
  columns: { id: integer, customer_id: integer, agent_id: integer },
});
const [ofAgent, ofCustomer, ofContract] = [
  columnsOf(agent),
  columnsOf(customer),
  columnsOf(contract),
] as const;

/** Customers and contracts, whose rows may wait for two rows. */
const model: Model = {
  version: 1,
  calendar: dimDate,
  tables: [
    dimension("dim_agent", {
      description: "Who sells.",
      source: agent,
      key: "agent_id",
      columns: { agent_id: ofAgent.copy("id") },
    }),
    dimension("dim_customer", {
      description: "Who buys.",
      source: customer,
      key: "customer_id",
      columns: {
        customer_id: ofCustomer.copy("id"),
        agent_id: references("dim_agent", ofCustomer.copy("agent_id")),
        parent_id: references("dim_customer", ofCustomer.copy("parent_id")),
      },
    }),
    fact("fact_contract", {
      description: "What was agreed.",
      source: contract,
      key: "contract_id",
      surrogateKey: "contract_record_id",
      currentView: "current_contract",
      columns: {
        contract_id: ofContract.copy("id"),
        customer_id: references("dim_customer", ofContract.copy("customer_id")),
        agent_id: references("dim_agent", ofContract.copy("agent_id")),
      },
    }),
  ],
};

describe("A row that waits for two rows", function () {
  this.timeout(60_000);
  let pipeline: Pipeline;
  beforeEach(async () => {
    const source = await createDatabase();
    await source.query(`CREATE TABLE agent (id int PRIMARY KEY);
      CREATE TABLE customer (id int PRIMARY KEY, agent_id int, parent_id int);
      CREATE TABLE contract (id int PRIMARY KEY, customer_id int NOT NULL, agent_id int NOT NULL)`);
    pipeline = await startPipeline({ source });
  });
  afterEach(() => pipeline.close());

  it("names the one that is still missing when the other has arrived", async () => {
    const waitingAfter = async (sql: string): Promise<string[]> => {
      await pipeline.source.query(sql);
      await pipeline.ingest();
      await pipeline.process({ model });
      await pipeline.load({ model, marts: [] });
      const rows = await pipeline.warehouse.query<{ line: string }>(
        `SELECT fact || ' ' || key || ': ' || reason AS line FROM marble_orphan
          WHERE healed_by IS NULL AND superseded_by IS NULL ORDER BY 1`,
      );
      return rows.map(({ line }) => line);
    };

    expect(
      await waitingAfter("INSERT INTO customer VALUES (1, 7, 9); INSERT INTO contract VALUES (1, 1, 8)"),
    ).to.deep.equal([
      "dim_customer 1: agent_id 7 is in no dimension",
      "fact_contract 1: customer_id 1 is in no dimension",
    ]);
    expect(await waitingAfter("INSERT INTO agent VALUES (7)")).to.deep.equal([
      "dim_customer 1: parent_id 9 is in no dimension",
      "fact_contract 1: customer_id 1 is in no dimension",
    ]);
    expect(await waitingAfter("INSERT INTO customer VALUES (9, NULL, NULL)")).to.deep.equal([
      "fact_contract 1: agent_id 8 is in no dimension",
    ]);
    expect(await waitingAfter("INSERT INTO agent VALUES (8)")).to.deep.equal([]);
  });
});
