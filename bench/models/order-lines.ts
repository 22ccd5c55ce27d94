import { columnsOf } from "../../domain/model/columns";
import { dimDate } from "../../domain/model/dim-date";
import type { Model } from "../../domain/model/model";
import { optional, sourceTable } from "../../domain/model/source";
import { fact } from "../../domain/model/table";
import { decimal, integer, text, timestamp } from "../../domain/model/types";
import type { Mart } from "../../domain/marts/mart";
import type { ReportDeclaration } from "../../domain/report/declaration";

/** Orders and their lines as one fact: with the columns of the order, and without. */

const orderHeader = sourceTable("order_header", {
  key: "header_id",
  columns: { header_id: integer, customer: text, country: optional(text), ordered_at: timestamp },
});

const orderLine = sourceTable("order_line", {
  key: "line_id",
  columns: {
    line_id: integer,
    header_id: integer,
    product: text,
    quantity: integer,
    unit_price: decimal(10, 2),
  },
});

const line = columnsOf(orderLine);
const header = line.innerJoin("header_id", orderHeader);

const own = {
  line_id: line.copy("line_id"),
  header_id: line.copy("header_id"),
  product: line.copy("product"),
  quantity: line.copy("quantity"),
  unit_price: line.copy("unit_price"),
};

const about = {
  source: orderLine,
  key: "line_id",
  surrogateKey: "order_line_record_id",
  currentView: "current_order_line",
} as const;

export const plain: Model = {
  version: 1,
  calendar: dimDate,
  tables: [fact("fact_order_line", { ...about, description: "Every version of a line.", columns: own })],
};

export const joined: Model = {
  version: 1,
  calendar: dimDate,
  tables: [
    fact("fact_order_line", {
      ...about,
      description: "Every version of a line with its order.",
      columns: {
        ...own,
        customer: header.copy("customer"),
        country: header.copy("country"),
        ordered_date: header.dateOf("ordered_at"),
      },
    }),
  ],
};

export const marts: readonly Mart[] = [];

export const report: ReportDeclaration = { questions: [] };
