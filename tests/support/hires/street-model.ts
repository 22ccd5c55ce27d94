import { columnsOf } from "../../../domain/model/columns";
import type { Model } from "../../../domain/model/model";
import { sourceTable, type DeclaredColumn } from "../../../domain/model/source";
import { text } from "../../../domain/model/types";
import { dimCustomer, hireModel } from "./model";
import { customer } from "./sources";

/** The model of hires after the source renamed `address_line_1` of customers to `street`. */
export function streetModel(): Model {
  const { address_line_1: _, ...others } = customer.columns;
  const columns: Readonly<Record<string, DeclaredColumn>> = { ...others, street: text };
  const source = sourceTable("customer", { key: "customer_id", columns });
  const table = {
    ...dimCustomer,
    source,
    columns: { ...dimCustomer.columns, address_line_1: columnsOf(source).copy("street") },
  };
  return { ...hireModel, tables: hireModel.tables.map((one) => (one === dimCustomer ? table : one)) };
}
