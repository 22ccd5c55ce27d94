import { expect } from "chai";
import { dimDate } from "../../../domain/model/dim-date";
import { columnsOf, joined, references } from "../../../domain/model/columns";
import type { Model } from "../../../domain/model/model";
import { optional, sourceTable } from "../../../domain/model/source";
import { dimension, fact } from "../../../domain/model/table";
import { integer, text } from "../../../domain/model/types";
import { pipelineCopies } from "../pipeline/pipeline-copies";
import { startPipeline, type LoadOptions, type Pipeline, type ProcessOptions } from "../pipeline/pipeline";
import { createDatabase } from "../postgres/postgres";

const SOURCE = `
CREATE TABLE department (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE staff (id int PRIMARY KEY, name text NOT NULL, department_id int NOT NULL REFERENCES department);
CREATE TABLE sale (id int PRIMARY KEY, staff_id int NOT NULL REFERENCES staff, units int NOT NULL, due text NOT NULL);
INSERT INTO department VALUES (1, 'Sales'), (2, 'Buying');
INSERT INTO staff VALUES (1, 'Ann', 1), (2, 'Bob', 1), (3, 'Cyd', 2);
INSERT INTO sale SELECT n, 1 + n % 3, 100 * n, '2024-05-' || 10 + n FROM generate_series(1, 8) AS n`;

const department = sourceTable("department", { key: "id", columns: { id: integer, name: text } });
const staff = sourceTable("staff", {
  key: "id",
  columns: { id: integer, name: text, department_id: integer },
});
const sale = sourceTable("sale", {
  key: "id",
  columns: { id: integer, staff_id: integer, units: integer, due: optional(text) },
});

const [ofStaff, ofSale] = [columnsOf(staff), columnsOf(sale)] as const;

/**
 * The smallest model that has each part of a larger one: a calendar, a fact with a column that may reject a row, and a
 * dimension that is joined with another table. A run of a stage takes few steps, so that a test can break each of them.
 */
const saleModel: Model = {
  version: 1,
  calendar: dimDate,
  tables: [
    fact("fact_sale", {
      description: "A sale.",
      source: sale,
      key: "sale_id",
      surrogateKey: "sale_record_id",
      currentView: "current_sale",
      columns: {
        sale_id: ofSale.copy("id"),
        staff_id: references("dim_staff", ofSale.copy("staff_id")),
        units: ofSale.copy("units"),
        due: references("dim_date", ofSale.parsedDate("due")),
      },
    }),
    dimension("dim_staff", {
      description: "Who sells.",
      source: staff,
      key: "staff_id",
      columns: {
        staff_id: ofStaff.copy("id"),
        staff_name: ofStaff.copy("name"),
        department_name: joined(staff, "department_id", department).copy("name"),
      },
    }),
  ],
};

/** A pipeline with the model of sales. */
export interface SalePipeline extends Pipeline {
  /** The rows of the warehouse, as texts. */
  shown(): Promise<readonly string[]>;
  /** Expects that the warehouse shows what SQL over the source predicts. */
  expectShown(): Promise<void>;
}

const firstRun = pipelineCopies(async (lake) => {
  const source = await createDatabase();
  await source.query(SOURCE);
  const pipeline = await startPipeline({ source, lake });
  await pipeline.ingest({ model: saleModel });
  await pipeline.process({ model: saleModel });
  return pipeline;
});

/** Starts a pipeline of sales whose first commit is processed; its warehouse is empty. Close it. */
export async function startSales(...hooks: Parameters<typeof firstRun>): Promise<SalePipeline> {
  const pipeline = await firstRun(...hooks);
  const { source, warehouse } = pipeline;
  const ingest: Pipeline["ingest"] = (options) => pipeline.ingest({ model: saleModel, ...options });
  const process = (options?: ProcessOptions) => pipeline.process({ model: saleModel, ...options });
  const load = (options?: LoadOptions) => pipeline.load({ model: saleModel, marts: [], ...options });
  const shown = (): Promise<readonly string[]> =>
    texts(
      warehouse,
      `SELECT ROW(staff_id, staff_name, department_name) FROM dim_staff
        UNION ALL SELECT ROW(sale_id, staff_id, units, due) FROM current_sale`,
    );
  return {
    ...pipeline,
    ingest,
    process,
    load,
    run: async () => {
      await ingest();
      await process();
      await load();
    },
    shown,
    expectShown: async () => {
      const predicted = `SELECT ROW(s.id, s.name, d.name) FROM staff AS s JOIN department AS d ON d.id = s.department_id
        UNION ALL SELECT ROW(id, staff_id, units, due::date) FROM sale`;
      expect(await shown()).to.deep.equal(await texts(source, predicted));
    },
  };
}

async function texts(database: Pipeline["source"], sql: string): Promise<readonly string[]> {
  const rows = await database.query<{ row: string }>(`SELECT row::text FROM (${sql}) AS q (row)`);
  return rows.map(({ row }) => row).sort();
}
