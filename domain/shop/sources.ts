import { optional, sourceTable } from "../model/source";
import { boolean, decimal, integer, text, timestamp } from "../model/types";

/** The source contracts: what the model reads of `totesys`. */

export const address = sourceTable("address", {
  key: "address_id",
  columns: {
    address_id: integer,
    address_line_1: text,
    address_line_2: optional(text),
    district: optional(text),
    city: text,
    postal_code: text,
    country: text,
    phone: text,
  },
});

export const counterparty = sourceTable("counterparty", {
  key: "counterparty_id",
  columns: { counterparty_id: integer, counterparty_legal_name: text, legal_address_id: integer },
});

export const currency = sourceTable("currency", {
  key: "currency_id",
  columns: { currency_id: integer, currency_code: text },
});

export const department = sourceTable("department", {
  key: "department_id",
  columns: { department_id: integer, department_name: text, location: optional(text) },
});

export const design = sourceTable("design", {
  key: "design_id",
  columns: { design_id: integer, design_name: text, file_location: text, file_name: text },
});

export const payment = sourceTable("payment", {
  key: "payment_id",
  columns: {
    payment_id: integer,
    created_at: timestamp,
    last_updated: timestamp,
    transaction_id: integer,
    counterparty_id: integer,
    payment_amount: decimal(10, 2),
    currency_id: integer,
    payment_type_id: integer,
    paid: boolean,
    payment_date: text,
  },
});

export const paymentType = sourceTable("payment_type", {
  key: "payment_type_id",
  columns: { payment_type_id: integer, payment_type_name: text },
});

export const purchaseOrder = sourceTable("purchase_order", {
  key: "purchase_order_id",
  columns: {
    purchase_order_id: integer,
    created_at: timestamp,
    last_updated: timestamp,
    staff_id: integer,
    counterparty_id: integer,
    item_code: text,
    item_quantity: integer,
    item_unit_price: decimal(10, 2),
    currency_id: integer,
    agreed_delivery_date: text,
    agreed_payment_date: text,
    agreed_delivery_location_id: integer,
  },
});

export const salesOrder = sourceTable("sales_order", {
  key: "sales_order_id",
  columns: {
    sales_order_id: integer,
    created_at: timestamp,
    last_updated: timestamp,
    design_id: integer,
    staff_id: integer,
    counterparty_id: integer,
    units_sold: integer,
    unit_price: decimal(10, 2),
    currency_id: integer,
    agreed_delivery_date: text,
    agreed_payment_date: text,
    agreed_delivery_location_id: integer,
  },
});

export const staff = sourceTable("staff", {
  key: "staff_id",
  columns: {
    staff_id: integer,
    first_name: text,
    last_name: text,
    department_id: integer,
    email_address: text,
  },
});

export const transaction = sourceTable("transaction", {
  key: "transaction_id",
  columns: {
    transaction_id: integer,
    transaction_type: text,
    sales_order_id: optional(integer),
    purchase_order_id: optional(integer),
  },
});
