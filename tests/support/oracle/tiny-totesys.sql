-- The source of a history: the tables of totesys with a handful of rows, and with the cascades of a shop that
-- deletes and renumbers. Run in an empty schema behind local/databases/totesys/schema.sql.

ALTER TABLE transaction
    DROP CONSTRAINT transaction_sales_order_id_fkey,
    ADD FOREIGN KEY (sales_order_id) REFERENCES sales_order ON UPDATE CASCADE ON DELETE SET NULL;
ALTER TABLE payment
    DROP CONSTRAINT payment_transaction_id_fkey,
    ADD FOREIGN KEY (transaction_id) REFERENCES transaction ON DELETE CASCADE;

INSERT INTO address (address_line_1, address_line_2, city, postal_code, country, phone, created_at, last_updated)
SELECT n || ' High Street', CASE WHEN n % 2 = 0 THEN 'Flat ' || n END, 'Town ' || n, 'P' || n, 'UK', '0' || n, at, at
  FROM generate_series(1, 6) AS n, (VALUES (timestamp '2024-01-05 10:00:00.5')) AS t (at);
INSERT INTO counterparty (counterparty_legal_name, legal_address_id, created_at, last_updated)
SELECT 'Company ' || n, n, at, at FROM generate_series(1, 3) AS n, (VALUES (timestamp '2024-01-05 10:00')) AS t (at);
INSERT INTO currency (currency_code, created_at, last_updated)
SELECT code, at, at
  FROM (VALUES ('GBP'), ('USD'), ('EUR')) AS c (code), (VALUES (timestamp '2024-01-05 10:00')) AS t (at);
INSERT INTO department (department_name, location, created_at, last_updated)
SELECT 'Department ' || n, CASE WHEN n > 1 THEN 'Floor ' || n END, at, at
  FROM generate_series(1, 3) AS n, (VALUES (timestamp '2024-01-05 10:00')) AS t (at);
INSERT INTO design (design_name, file_location, file_name, created_at, last_updated)
SELECT 'Design ' || n, '/designs', 'design-' || n || '.json', at, at
  FROM generate_series(1, 3) AS n, (VALUES (timestamp '2024-01-05 10:00')) AS t (at);
INSERT INTO payment_type (payment_type_name, created_at, last_updated)
SELECT name, at, at
  FROM unnest(enum_range(NULL::"PaymentTypeName")) AS name, (VALUES (timestamp '2024-01-05 10:00')) AS t (at);
INSERT INTO staff (first_name, last_name, department_id, email_address, created_at, last_updated)
SELECT 'First ' || n, 'Last ' || n, 1 + n % 3, n || '@example.com', at, at
  FROM generate_series(1, 5) AS n, (VALUES (timestamp '2024-01-05 10:00')) AS t (at);
INSERT INTO sales_order (created_at, last_updated, design_id, staff_id, counterparty_id, units_sold, unit_price,
                         currency_id, agreed_delivery_date, agreed_payment_date, agreed_delivery_location_id)
SELECT at, at, 1 + n % 3, 1 + n % 5, 1 + n % 3, 100 * n, 2.50 + n, 1 + n % 3, '2024-06-1' || n % 10, '2024-06-2' || n % 10,
       1 + n % 6
  FROM generate_series(1, 10) AS n, LATERAL (SELECT timestamp '2024-05-01 09:00:00.123' + n * interval '7 hours') AS t (at);
INSERT INTO purchase_order (created_at, last_updated, staff_id, counterparty_id, item_code, item_quantity,
                            item_unit_price, currency_id, agreed_delivery_date, agreed_payment_date,
                            agreed_delivery_location_id)
SELECT at, at, 1 + n % 5, 1 + n % 3, 'I' || n, 10 * n, 0.99, 1 + n % 3, '2024-07-01', '2024-07-02', 1 + n % 6
  FROM generate_series(1, 5) AS n, LATERAL (SELECT timestamp '2024-05-02 09:00' + n * interval '1 hour') AS t (at);
INSERT INTO transaction (transaction_type, sales_order_id, created_at, last_updated)
SELECT 'SALE', sales_order_id, created_at, created_at FROM sales_order ORDER BY sales_order_id;
INSERT INTO transaction (transaction_type, purchase_order_id, created_at, last_updated)
SELECT 'PURCHASE', purchase_order_id, created_at, created_at FROM purchase_order ORDER BY purchase_order_id;
INSERT INTO payment (created_at, last_updated, transaction_id, counterparty_id, payment_amount, currency_id,
                     payment_type_id, paid, payment_date, company_ac_number, counterparty_ac_number)
SELECT created_at, last_updated, transaction_id, 1 + transaction_id % 3, 10.25 * transaction_id, 1 + transaction_id % 3,
       1 + transaction_id % 4, transaction_id % 2 = 0, '2024-08-01', 1, 2
  FROM transaction ORDER BY transaction_id;
