-- A music store: albums and tracks, playlists, employees with managers, invoices with lines, and refunds.
CREATE TABLE artist (artist_id integer PRIMARY KEY, name varchar(120));
CREATE TABLE album (album_id integer PRIMARY KEY, title varchar(160) NOT NULL, artist_id integer NOT NULL REFERENCES artist);
CREATE TABLE genre (genre_id integer PRIMARY KEY, name varchar(120));
CREATE TABLE track (
    track_id integer PRIMARY KEY,
    name varchar(200) NOT NULL,
    album_id integer REFERENCES album ON DELETE SET NULL,
    genre_id integer REFERENCES genre ON DELETE SET NULL,
    milliseconds integer NOT NULL,
    bytes bigint,
    unit_price numeric(10,2) NOT NULL);
CREATE TABLE playlist (playlist_id integer PRIMARY KEY, name varchar(120));
CREATE TABLE playlist_track (
    playlist_id integer NOT NULL REFERENCES playlist ON DELETE CASCADE,
    track_id integer NOT NULL REFERENCES track ON DELETE CASCADE,
    PRIMARY KEY (playlist_id, track_id));
CREATE TABLE employee (
    employee_id integer PRIMARY KEY,
    last_name varchar(20) NOT NULL,
    reports_to integer REFERENCES employee ON DELETE SET NULL);
CREATE TABLE customer (
    customer_id integer PRIMARY KEY,
    last_name varchar(20) NOT NULL,
    country varchar(40),
    support_rep_id integer REFERENCES employee ON DELETE SET NULL);
CREATE TABLE invoice (
    invoice_id integer PRIMARY KEY,
    customer_id integer NOT NULL REFERENCES customer ON DELETE CASCADE,
    invoice_date timestamp NOT NULL,
    total numeric(10,2) NOT NULL,
    deleted_at timestamp);
CREATE TABLE invoice_line (
    invoice_line_id integer PRIMARY KEY,
    invoice_id integer NOT NULL REFERENCES invoice ON DELETE CASCADE,
    track_id integer NOT NULL REFERENCES track ON DELETE CASCADE,
    unit_price numeric(10,2) NOT NULL,
    quantity integer NOT NULL);
CREATE TABLE refund (
    refund_id integer PRIMARY KEY,
    invoice_id integer NOT NULL REFERENCES invoice ON DELETE CASCADE,
    amount numeric(10,2) NOT NULL,
    refunded_at timestamp NOT NULL);

INSERT INTO artist SELECT n, CASE WHEN n % 9 > 0 THEN 'Artist ' || n END FROM generate_series(1, 20) n;
INSERT INTO album SELECT n, 'Album ' || n, 1 + n % 20 FROM generate_series(1, 40) n;
INSERT INTO genre SELECT n, 'Genre ' || n FROM generate_series(1, 8) n;
INSERT INTO track
SELECT n, 'Track ' || n, CASE WHEN n % 10 > 0 THEN 1 + n % 40 END, CASE WHEN n % 6 > 0 THEN 1 + n % 8 END,
       n * 1000, n * 5000000000, 0.99 + n % 2
  FROM generate_series(1, 200) n;
INSERT INTO playlist SELECT n, 'Playlist ' || n FROM generate_series(1, 5) n;
INSERT INTO playlist_track SELECT 1 + n % 5, n FROM generate_series(1, 200) n;
INSERT INTO employee SELECT n, 'Employee ' || n, NULLIF(n / 2, 0) FROM generate_series(1, 8) n;
INSERT INTO customer SELECT n, 'Customer ' || n, CASE WHEN n % 4 > 0 THEN 'Country ' || n % 4 END, NULLIF(n % 9, 0)
  FROM generate_series(1, 30) n;
INSERT INTO invoice
SELECT n, 1 + n % 30, timestamp '2024-05-01 10:00:00.5' + n * interval '7 hours', n * 1.01,
       CASE WHEN n % 15 = 0 THEN timestamp '2024-09-01' END
  FROM generate_series(1, 200) n;
INSERT INTO invoice_line SELECT n, 1 + n % 200, 1 + n % 200, 0.99 + n % 2, 1 + n % 3 FROM generate_series(1, 600) n;
INSERT INTO refund SELECT n, n * 7, n * 0.5, timestamp '2024-10-01' + n * interval '1 day' FROM generate_series(1, 20) n;
