import { columnsOf, references, whenNull } from "../../../domain/model/columns";
import { computed } from "../../../domain/model/computed";
import { dimDate } from "../../../domain/model/dim-date";
import type { Model } from "../../../domain/model/model";
import { optional, sourceTable } from "../../../domain/model/source";
import { dimension, fact } from "../../../domain/model/table";
import { boolean, date, decimal, integer, text } from "../../../domain/model/types";

const categories = sourceTable("categories", {
  key: "category_id",
  columns: { category_id: integer, category_name: text, description: optional(text) },
});
const products = sourceTable("products", {
  key: "product_id",
  columns: {
    product_id: integer,
    product_name: text,
    category_id: optional(integer),
    unit_price: optional(decimal(10, 2)),
    discontinued: boolean,
  },
});
const employees = sourceTable("employees", {
  key: "employee_id",
  columns: {
    employee_id: integer,
    last_name: text,
    title: optional(text),
    reports_to: optional(integer),
  },
});
const customers = sourceTable("customers", {
  key: "customer_id",
  columns: { customer_id: text, company_name: text, country: optional(text) },
});
const region = sourceTable("region", {
  key: "region_id",
  columns: { region_id: integer, region_description: text },
});
const territories = sourceTable("territories", {
  key: "territory_id",
  columns: { territory_id: text, territory_description: text, region_id: integer },
});
const employeeTerritories = sourceTable("employee_territories", {
  key: ["employee_id", "territory_id"],
  columns: { employee_id: integer, territory_id: text },
});
const orders = sourceTable("orders", {
  key: "order_id",
  columns: {
    order_id: integer,
    customer_id: optional(text),
    employee_id: optional(integer),
    order_date: optional(date),
    shipped_date: optional(date),
    ship_country: optional(text),
  },
});
const orderDetails = sourceTable("order_details", {
  key: ["order_id", "product_id"],
  columns: {
    order_id: integer,
    product_id: integer,
    unit_price: decimal(10, 2),
    quantity: integer,
    discount: decimal(4, 3),
  },
});

const product = columnsOf(products);
const category = product.leftJoin("category_id", categories);
const employee = columnsOf(employees);
const manager = employee.leftJoin("reports_to", employees);
const customer = columnsOf(customers);
const territory = columnsOf(territories);
const inRegion = territory.innerJoin("region_id", region);
const line = columnsOf(orderDetails);
const order = line.innerJoin("order_id", orders);
const bridge = columnsOf(employeeTerritories);

export const model: Model = {
  version: 1,
  calendar: dimDate,
  tables: [
    dimension("dim_product", {
      description: "Products with their category.",
      source: products,
      key: "product_id",
      columns: {
        product_id: product.copy("product_id"),
        product_name: product.copy("product_name"),
        category_name: whenNull("none", category.copy("category_name")),
        category_description: category.copy("description"),
        unit_price: product.copy("unit_price"),
        discontinued: product.copy("discontinued"),
      },
    }),
    dimension("dim_employee", {
      description: "Employees with their managers, and the managers of these.",
      source: employees,
      key: "employee_id",
      columns: {
        employee_id: employee.copy("employee_id"),
        last_name: employee.copy("last_name"),
        title: employee.copy("title"),
        manager: manager.copy("last_name"),
        manager_of_manager: manager.leftJoin("reports_to", employees).copy("last_name"),
      },
    }),
    dimension("dim_customer", {
      description: "Customers.",
      source: customers,
      key: "customer_id",
      columns: {
        customer_id: customer.copy("customer_id"),
        company_name: customer.copy("company_name"),
        country: customer.copy("country"),
      },
    }),
    dimension("dim_territory", {
      description: "Territories with their region.",
      source: territories,
      key: "territory_id",
      columns: {
        territory_id: territory.copy("territory_id"),
        territory: territory.copy("territory_description"),
        region: inRegion.copy("region_description"),
      },
    }),
    fact("fact_employee_territory", {
      description: "Who works where.",
      source: employeeTerritories,
      key: ["employee_id", "territory_id"],
      surrogateKey: "employee_territory_record_id",
      currentView: "current_employee_territory",
      columns: {
        employee_id: references("dim_employee", bridge.copy("employee_id")),
        territory_id: references("dim_territory", bridge.copy("territory_id")),
      },
    }),
    fact("fact_order_line", {
      description: "Every version of every line, with what its order says.",
      source: orderDetails,
      key: ["order_id", "product_id"],
      surrogateKey: "order_line_record_id",
      currentView: "current_order_line",
      columns: {
        order_id: line.copy("order_id"),
        product_id: references("dim_product", line.copy("product_id")),
        customer_id: references("dim_customer", order.copy("customer_id")),
        employee_id: references("dim_employee", order.copy("employee_id")),
        order_date: references("dim_date", order.copy("order_date")),
        shipped_date: references("dim_date", order.copy("shipped_date")),
        company_name: order.leftJoin("customer_id", customers).copy("company_name"),
        quantity: line.copy("quantity"),
        unit_price: line.copy("unit_price"),
        discount: line.copy("discount"),
        amount: computed(
          decimal(14, 2),
          {
            quantity: line.copy("quantity"),
            price: line.copy("unit_price"),
            discount: line.copy("discount"),
          },
          ({ quantity, price, discount }) => price.times(quantity).times(discount.times(-1).plus(1)),
        ),
      },
    }),
  ],
};
