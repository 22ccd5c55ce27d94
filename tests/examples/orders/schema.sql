-- Orders and lines with products, categories and managers, as in the database that Microsoft's samples made known.
CREATE TABLE categories (
    category_id smallint PRIMARY KEY,
    category_name varchar(15) NOT NULL,
    description text);
CREATE TABLE products (
    product_id smallint PRIMARY KEY,
    product_name varchar(40) NOT NULL,
    category_id smallint REFERENCES categories ON DELETE SET NULL,
    unit_price numeric(10,2),
    discontinued boolean NOT NULL);
CREATE TABLE employees (
    employee_id smallint PRIMARY KEY,
    last_name varchar(20) NOT NULL,
    title varchar(30),
    reports_to smallint REFERENCES employees ON DELETE SET NULL);
CREATE TABLE customers (
    customer_id varchar(5) PRIMARY KEY,
    company_name varchar(40) NOT NULL,
    country varchar(15));
CREATE TABLE region (region_id smallint PRIMARY KEY, region_description varchar(60) NOT NULL);
CREATE TABLE territories (
    territory_id varchar(20) PRIMARY KEY,
    territory_description varchar(60) NOT NULL,
    region_id smallint NOT NULL REFERENCES region);
CREATE TABLE employee_territories (
    employee_id smallint NOT NULL REFERENCES employees ON DELETE CASCADE,
    territory_id varchar(20) NOT NULL REFERENCES territories ON DELETE CASCADE,
    PRIMARY KEY (employee_id, territory_id));
CREATE TABLE orders (
    order_id integer PRIMARY KEY,
    customer_id varchar(5) REFERENCES customers ON DELETE SET NULL,
    employee_id smallint REFERENCES employees ON DELETE SET NULL,
    order_date date,
    shipped_date date,
    ship_country varchar(15));
CREATE TABLE order_details (
    order_id integer NOT NULL REFERENCES orders ON DELETE CASCADE,
    product_id smallint NOT NULL REFERENCES products,
    unit_price numeric(10,2) NOT NULL,
    quantity smallint NOT NULL,
    discount numeric(4,3) NOT NULL,
    PRIMARY KEY (order_id, product_id));

INSERT INTO categories
SELECT n, 'Category ' || n, CASE WHEN n % 3 > 0 THEN 'All about "' || n || '", and more' END FROM generate_series(1, 8) n;
INSERT INTO products
SELECT n, 'Product ' || n, CASE WHEN n % 7 > 0 THEN 1 + n % 8 END, CASE WHEN n % 5 > 0 THEN n * 1.37 END, n % 9 = 0
  FROM generate_series(1, 70) n;
INSERT INTO employees
SELECT n, 'Employee ' || n, CASE WHEN n % 4 > 0 THEN 'Sales' END, CASE WHEN n > 2 THEN 1 + n % 2 END
  FROM generate_series(1, 9) n;
INSERT INTO customers
SELECT 'C' || lpad(n::text, 4, '0'), 'Company ' || n, CASE WHEN n % 6 > 0 THEN 'Country ' || n % 6 END
  FROM generate_series(1, 40) n;
INSERT INTO region SELECT n, 'Region ' || n FROM generate_series(1, 4) n;
INSERT INTO territories SELECT lpad(n::text, 5, '0'), 'Territory ' || n, 1 + n % 4 FROM generate_series(1, 20) n;
INSERT INTO employee_territories
SELECT 1 + n % 9, lpad((1 + n % 20)::text, 5, '0') FROM generate_series(1, 40) n ON CONFLICT DO NOTHING;
INSERT INTO orders
SELECT n, CASE WHEN n % 11 > 0 THEN 'C' || lpad((1 + n % 40)::text, 4, '0') END, CASE WHEN n % 13 > 0 THEN 1 + n % 9 END,
       date '2024-01-01' + n % 300, CASE WHEN n % 4 > 0 THEN date '2024-01-05' + n % 300 END, 'Country ' || n % 6
  FROM generate_series(1, 300) n;
INSERT INTO order_details
SELECT o, 1 + (o * 7 + l * 11) % 70, (1 + (o + l) % 90) * 1.01, 1 + (o * l) % 20, (o % 4) * 0.05
  FROM generate_series(1, 300) o, generate_series(1, 4) l ON CONFLICT DO NOTHING;
