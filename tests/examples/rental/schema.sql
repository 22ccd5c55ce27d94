-- A rental shop: three levels of addresses, a bridge, partitioned payments, timestamps with zones.
CREATE TYPE rating AS ENUM ('G', 'PG', 'R');
CREATE DOMAIN release_year AS integer CHECK (VALUE BETWEEN 1901 AND 2155);
CREATE TABLE country (country_id integer PRIMARY KEY, country text NOT NULL);
CREATE TABLE city (city_id integer PRIMARY KEY, city text NOT NULL, country_id integer NOT NULL REFERENCES country);
CREATE TABLE address (
    address_id integer PRIMARY KEY,
    address text NOT NULL,
    district text,
    city_id integer NOT NULL REFERENCES city);
CREATE TABLE customer (
    customer_id integer PRIMARY KEY,
    first_name text NOT NULL,
    last_name text NOT NULL,
    email text,
    address_id integer NOT NULL REFERENCES address,
    create_date date NOT NULL);
CREATE TABLE film (
    film_id integer PRIMARY KEY,
    title text NOT NULL,
    release_year release_year,
    rating rating NOT NULL,
    special_features text[],
    rental_rate numeric(4,2) NOT NULL);
CREATE TABLE category (category_id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE film_category (
    film_id integer NOT NULL REFERENCES film,
    category_id integer NOT NULL REFERENCES category,
    PRIMARY KEY (film_id, category_id));
CREATE TABLE inventory (inventory_id integer PRIMARY KEY, film_id integer NOT NULL REFERENCES film);
CREATE TABLE rental (
    rental_id integer PRIMARY KEY,
    rental_date timestamptz NOT NULL,
    inventory_id integer NOT NULL REFERENCES inventory,
    customer_id integer NOT NULL REFERENCES customer,
    return_date timestamptz);
CREATE TABLE payment (
    payment_id integer NOT NULL,
    payment_date timestamptz NOT NULL,
    customer_id integer NOT NULL,
    rental_id integer,
    amount numeric(5,2) NOT NULL,
    PRIMARY KEY (payment_date, payment_id)) PARTITION BY RANGE (payment_date);
CREATE TABLE payment_2024_01 PARTITION OF payment FOR VALUES FROM ('2024-01-01 00:00+00') TO ('2024-02-01 00:00+00');
CREATE TABLE payment_2024_02 PARTITION OF payment FOR VALUES FROM ('2024-02-01 00:00+00') TO ('2024-03-01 00:00+00');
CREATE TABLE payment_later PARTITION OF payment DEFAULT;

INSERT INTO country SELECT n, 'Country ' || n FROM generate_series(1, 5) n;
INSERT INTO city SELECT n, 'City ' || n, 1 + n % 5 FROM generate_series(1, 12) n;
INSERT INTO address SELECT n, n || ' High Street', CASE WHEN n % 3 > 0 THEN 'District ' || n % 4 END, 1 + n % 12
  FROM generate_series(1, 60) n;
INSERT INTO customer
SELECT n, 'First ' || n, 'Last "' || n || '"', CASE WHEN n % 5 > 0 THEN n || '@example.com' END, n, date '2020-02-29' + n
  FROM generate_series(1, 50) n;
INSERT INTO film
SELECT n, 'Film ' || n, CASE WHEN n % 4 > 0 THEN 1950 + n END, (ARRAY['G', 'PG', 'R'])[1 + n % 3]::rating,
       CASE WHEN n % 2 = 0 THEN ARRAY['Trailers', 'Deleted "Scenes"'] END, 0.99 + n % 4
  FROM generate_series(1, 40) n;
INSERT INTO category SELECT n, 'Category ' || n FROM generate_series(1, 6) n;
INSERT INTO film_category SELECT n, 1 + n % 6 FROM generate_series(1, 40) n;
INSERT INTO film_category SELECT n, 1 + (n + 1) % 6 FROM generate_series(1, 40, 3) n;
INSERT INTO inventory SELECT n, 1 + n % 40 FROM generate_series(1, 100) n;
INSERT INTO rental
SELECT n, timestamptz '2024-03-30 22:00:00.123456+00' + n * interval '37 minutes', 1 + n % 100, 1 + n % 50,
       CASE WHEN n % 4 > 0 THEN timestamptz '2024-04-02 10:00+02' + n * interval '37 minutes' END
  FROM generate_series(1, 400) n;
INSERT INTO payment
SELECT n, timestamptz '2024-01-20 00:00+00' + n * interval '3 hours', 1 + n % 50, n, (n % 12) + 0.99
  FROM generate_series(1, 400) n;
