import type { Model } from "../../../domain/model/model";
import { dimDate } from "../../../domain/model/dim-date";
import { columnsOf, references } from "../../../domain/model/columns";
import { optional, sourceTable } from "../../../domain/model/source";
import { dimension, fact } from "../../../domain/model/table";
import { integer, text } from "../../../domain/model/types";

/**
 * Sales whose customer and shop may be missing or NULL, and whose clerk is waited for; customers who were sent by
 * others. The tables of the source have no foreign keys, so that a row may come before its parent.
 */
export const SALE_TABLES = `
CREATE TABLE customer (id int PRIMARY KEY, name text NOT NULL, sent_by int);
CREATE TABLE shop (city text, number int, street text, PRIMARY KEY (city, number));
CREATE TABLE clerk (id int PRIMARY KEY);
CREATE TABLE sale (id int PRIMARY KEY, customer_id int, city text, number int, clerk_id int, amount int NOT NULL)`;

const customer = sourceTable("customer", {
  key: "id",
  columns: { id: integer, name: text, sent_by: optional(integer) },
});
const shop = sourceTable("shop", {
  key: ["city", "number"],
  columns: { city: text, number: integer, street: optional(text) },
});
const clerk = sourceTable("clerk", { key: "id", columns: { id: integer } });
const sale = sourceTable("sale", {
  key: "id",
  columns: {
    id: integer,
    customer_id: optional(integer),
    city: optional(text),
    number: optional(integer),
    clerk_id: optional(integer),
    amount: integer,
  },
});

const [ofCustomer, ofShop, ofClerk, ofSale] = [
  columnsOf(customer),
  columnsOf(shop),
  columnsOf(clerk),
  columnsOf(sale),
] as const;

const INSTEAD = { whenMissing: "unknown", whenNull: "none" };

/** @param unknownName the name of the customer that is not known */
export const memberModel = (unknownName = "not known"): Model => ({
  version: 1,
  calendar: dimDate,
  tables: [
    fact("fact_sale", {
      description: "A sale.",
      source: sale,
      key: "sale_id",
      surrogateKey: "sale_record_id",
      currentView: "current_sale",
      references: [
        { to: "dim_shop", columns: { shop_city: "shop_city", shop_number: "shop_number" }, ...INSTEAD },
      ],
      columns: {
        sale_id: ofSale.copy("id"),
        customer_id: references("dim_customer", ofSale.copy("customer_id"), INSTEAD),
        shop_city: ofSale.copy("city"),
        shop_number: ofSale.copy("number"),
        clerk_id: references("dim_clerk", ofSale.copy("clerk_id")),
        amount: ofSale.copy("amount"),
      },
    }),
    dimension("dim_customer", {
      description: "Who buys.",
      source: customer,
      key: "customer_id",
      columns: {
        customer_id: ofCustomer.copy("id"),
        name: ofCustomer.copy("name"),
        sent_by: references("dim_customer", ofCustomer.copy("sent_by"), { whenMissing: "unknown" }),
      },
      members: {
        unknown: { customer_id: -1, name: unknownName },
        none: { customer_id: -2, name: "nobody", sent_by: -1 },
      },
    }),
    dimension("dim_shop", {
      description: "Where it is bought.",
      source: shop,
      key: ["shop_city", "shop_number"],
      columns: {
        shop_city: ofShop.copy("city"),
        shop_number: ofShop.copy("number"),
        street: ofShop.copy("street"),
      },
      members: {
        unknown: { shop_city: "?", shop_number: 0, street: null },
        none: { shop_city: "-", shop_number: 0, street: "nowhere" },
      },
    }),
    dimension("dim_clerk", {
      description: "Who sells.",
      source: clerk,
      key: "clerk_id",
      columns: { clerk_id: ofClerk.copy("id") },
    }),
  ],
});
