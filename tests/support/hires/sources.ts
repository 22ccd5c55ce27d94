import { optional, sourceTable } from "../../../domain/model/source";
import { boolean, decimal, integer, text, timestamp } from "../../../domain/model/types";

/** The source of the model of hires: a firm that hires out bikes and repairs them. */

export const depot = sourceTable("depot", {
  key: "depot_id",
  columns: { depot_id: integer, depot_name: text, town: optional(text) },
});

export const bike = sourceTable("bike", {
  key: "bike_id",
  columns: { bike_id: integer, frame: text, depot_id: integer },
});

export const country = sourceTable("country", {
  key: "country_id",
  columns: { country_id: integer, country_code: text },
});

export const customer = sourceTable("customer", {
  key: "customer_id",
  columns: {
    customer_id: integer,
    customer_name: text,
    address_line_1: text,
    address_line_2: optional(text),
    country_id: integer,
  },
});

export const hire = sourceTable("hire", {
  key: "hire_id",
  columns: {
    hire_id: integer,
    started_at: timestamp,
    customer_id: integer,
    bike_id: integer,
    price: decimal(10, 2),
    currency_code: text,
    paid: boolean,
    due: text,
  },
});

export const repair = sourceTable("repair", {
  key: "repair_id",
  columns: {
    repair_id: integer,
    bike_id: integer,
    cost: decimal(10, 2),
    currency_code: text,
    minutes: optional(integer),
    done_on: text,
  },
});
