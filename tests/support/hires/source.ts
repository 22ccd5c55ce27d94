import { copiesOf, createDatabase, type TestDatabase } from "../postgres/postgres";

/**
 * The tables of the source of hires, with some rows of the first half of 2024. They have no foreign keys, so that a row
 * may come before its parent. The model does not read the managers of depots.
 */
const TABLES = `
CREATE TABLE depot (depot_id int PRIMARY KEY, depot_name varchar(50) NOT NULL, town text, manager text);
CREATE TABLE bike (bike_id int PRIMARY KEY, frame varchar(50) NOT NULL, depot_id int NOT NULL);
CREATE TABLE country (country_id int PRIMARY KEY, country_code varchar(2) NOT NULL);
CREATE TABLE customer (
  customer_id int PRIMARY KEY, customer_name text NOT NULL, address_line_1 text NOT NULL, address_line_2 text,
  country_id int NOT NULL);
CREATE TABLE hire (
  hire_id int PRIMARY KEY, started_at timestamp NOT NULL, customer_id int NOT NULL, bike_id int NOT NULL,
  price numeric(10,2) NOT NULL, currency_code varchar(3) NOT NULL, paid boolean NOT NULL, due text NOT NULL);
CREATE TABLE repair (
  repair_id int PRIMARY KEY, bike_id int NOT NULL, cost numeric(10,2) NOT NULL, currency_code varchar(3) NOT NULL,
  minutes int, done_on text NOT NULL)`;

const ROWS = `
INSERT INTO depot VALUES (1, 'North', 'Leeds', 'Ann'), (2, 'East', NULL, 'Bob'), (3, 'Gare, "du Nord"', 'Paris', NULL);
INSERT INTO bike SELECT n, 'frame ' || chr(64 + n), 1 + n % 3 FROM generate_series(1, 6) AS n;
INSERT INTO country VALUES (1, 'GB'), (2, 'FR');
INSERT INTO customer
  SELECT n, 'Customer ' || n, n || ' Rue', CASE WHEN n % 2 = 0 THEN 'Floor ' || n END, 1 + n % 2
    FROM generate_series(1, 8) AS n;
INSERT INTO hire
  SELECT n, timestamp '2024-02-28 22:10:05.123' + n * interval '7 hours', 1 + n % 8, 1 + n % 6, n * 1.25,
         CASE WHEN n % 4 = 0 THEN 'EUR' ELSE 'GBP' END, n % 3 = 0, (date '2024-03-20' + n)::text
    FROM generate_series(1, 40) AS n;
INSERT INTO repair
  SELECT n, 1 + n % 6, 20 + n * 0.05, CASE WHEN n % 2 = 0 THEN 'EUR' ELSE 'GBP' END, NULLIF(n % 5, 0) * 10,
         (date '2024-03-01' + n)::text
    FROM generate_series(1, 12) AS n`;

const sources = new Map<string, Promise<() => Promise<TestDatabase>>>();

/** A source of hires with some rows, or with its empty tables. */
export async function createHireSource({ empty = false } = {}): Promise<TestDatabase> {
  const sql = empty ? TABLES : `${TABLES};${ROWS}`;
  const copy = sources.get(sql) ?? makeSource(sql);
  sources.set(sql, copy);
  return (await copy)();
}

async function makeSource(sql: string): Promise<() => Promise<TestDatabase>> {
  const source = await createDatabase();
  await source.query(sql);
  return copiesOf(source);
}
