import type { Example } from "../example";
import { model } from "./model";

/** The expected rows of the warehouse, as SQL over the source, and changes on every side of every join. */
export const orders: Example = {
  name: "orders and lines",
  schema: "orders/schema.sql",
  model,
  expected: {
    dim_product: `
      SELECT p.product_id, p.product_name, COALESCE(c.category_name, 'none'), c.description, p.unit_price, p.discontinued
        FROM products p LEFT JOIN categories c USING (category_id)`,
    dim_employee: `
      SELECT e.employee_id, e.last_name, e.title, m.last_name, mm.last_name
        FROM employees e
        LEFT JOIN employees m ON m.employee_id = e.reports_to
        LEFT JOIN employees mm ON mm.employee_id = m.reports_to`,
    dim_customer: "SELECT customer_id, company_name, country FROM customers",
    dim_territory: `
      SELECT t.territory_id, t.territory_description, r.region_description FROM territories t JOIN region r USING (region_id)`,
    fact_employee_territory: "SELECT employee_id, territory_id FROM employee_territories",
    fact_order_line: `
      SELECT l.order_id, l.product_id, o.customer_id, o.employee_id, o.order_date, o.shipped_date, c.company_name,
             l.quantity, l.unit_price, l.discount,
             round(l.quantity * l.unit_price * (1 - l.discount), 2)::numeric(14,2)
        FROM order_details l JOIN orders o USING (order_id) LEFT JOIN customers c USING (customer_id)`,
  },
  changes: {
    "a category is renamed": "UPDATE categories SET category_name = 'Drinks' WHERE category_id = 2",
    "a category goes": "DELETE FROM categories WHERE category_id = 3",
    "a product changes its category":
      "UPDATE products SET category_id = 5 WHERE product_id BETWEEN 10 AND 14",
    "a manager is renamed": "UPDATE employees SET last_name = 'O''Neill, Jr.' WHERE employee_id = 1",
    "an employee gets another manager": "UPDATE employees SET reports_to = 4 WHERE employee_id = 9",
    "a manager goes": "DELETE FROM employees WHERE employee_id = 2",
    "a customer is renamed": "UPDATE customers SET company_name = 'New name' WHERE customer_id = 'C0007'",
    "a customer goes": "DELETE FROM customers WHERE customer_id = 'C0008'",
    "an order is shipped": "UPDATE orders SET shipped_date = '2025-01-01' WHERE order_id = 4",
    "an order goes with its lines": "DELETE FROM orders WHERE order_id = 17",
    "a line changes": "UPDATE order_details SET quantity = 99 WHERE order_id = 20",
    "a line goes":
      "DELETE FROM order_details WHERE order_id = 21 AND product_id = (SELECT min(product_id) FROM order_details WHERE order_id = 21)",
    "a line comes back": "INSERT INTO order_details VALUES (21, 70, 1.00, 1, 0)",
    "a line moves to another order":
      "UPDATE order_details SET order_id = 23 WHERE order_id = 22 AND product_id NOT IN (SELECT product_id FROM order_details WHERE order_id = 23)",
    "an order comes with its lines and its customer": `
      INSERT INTO customers VALUES ('NEW01', 'A new customer', NULL);
      INSERT INTO orders VALUES (1000, 'NEW01', 3, '2025-02-03', NULL, NULL);
      INSERT INTO order_details VALUES (1000, 1, 9.99, 3, 0.005), (1000, 2, 0.01, 1, 0)`,
    "a region is renamed": "UPDATE region SET region_description = 'Far north' WHERE region_id = 1",
    "a territory leaves its people": "DELETE FROM employee_territories WHERE territory_id = '00003'",
    "everything is captured again":
      "VACUUM FULL order_details; VACUUM FULL orders; VACUUM FULL products; VACUUM FULL employees",
  },
};
