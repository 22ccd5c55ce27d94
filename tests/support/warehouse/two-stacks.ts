import { columnsOf } from "../../../domain/model/columns";
import { dimDate } from "../../../domain/model/dim-date";
import type { Model } from "../../../domain/model/model";
import { sourceTable } from "../../../domain/model/source";
import { dimension, fact } from "../../../domain/model/table";
import { decimal, integer, text } from "../../../domain/model/types";

/** One stack has the sales of a firm, the other its customers. Both sources have a table `note`. */
export const SOURCES = {
  sales: `CREATE TABLE sale (sale_id integer PRIMARY KEY, customer_id integer NOT NULL, amount numeric(8,2) NOT NULL);
    CREATE TABLE note (id integer PRIMARY KEY, words text);
    INSERT INTO sale SELECT n, n % 10, n * 1.5 FROM generate_series(1, 200) AS n;
    INSERT INTO note VALUES (1, 'of sales')`,
  crm: `CREATE TABLE customer (customer_id integer PRIMARY KEY, name text NOT NULL);
    CREATE TABLE note (id integer PRIMARY KEY, words text);
    INSERT INTO customer SELECT n, 'customer ' || n FROM generate_series(0, 9) AS n;
    INSERT INTO note VALUES (1, 'of the CRM'), (2, 'too')`,
} as const;
export type Stack = keyof typeof SOURCES;

const sale = sourceTable("sale", {
  key: "sale_id",
  columns: { sale_id: integer, customer_id: integer, amount: decimal(8, 2) },
});
const customer = sourceTable("customer", {
  key: "customer_id",
  columns: { customer_id: integer, name: text },
});
const sold = columnsOf(sale);
const person = columnsOf(customer);

export const MODELS: Readonly<Record<Stack, Model>> = {
  sales: {
    version: 1,
    calendar: dimDate,
    tables: [
      fact("fact_sale", {
        description: "Sales.",
        source: sale,
        key: "sale_id",
        surrogateKey: "sale_record_id",
        currentView: "current_sale",
        columns: {
          sale_id: sold.copy("sale_id"),
          customer_id: sold.copy("customer_id"),
          amount: sold.copy("amount"),
        },
      }),
    ],
  },
  crm: {
    version: 1,
    calendar: dimDate,
    tables: [
      dimension("dim_customer", {
        description: "Customers.",
        source: customer,
        key: "customer_id",
        columns: { customer_id: person.copy("customer_id"), name: person.copy("name") },
      }),
    ],
  },
};
