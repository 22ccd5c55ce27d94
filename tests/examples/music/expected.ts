import type { Example } from "../example";
import { model } from "./model";

export const music: Example = {
  name: "a music store",
  schema: "music/schema.sql",
  model,
  expected: {
    dim_track: `
      SELECT t.track_id, t.name, b.title, COALESCE(a.name, 'unknown'), (t.milliseconds / 1000.0)::numeric(12,3), t.bytes
        FROM track t LEFT JOIN album b USING (album_id) LEFT JOIN artist a ON a.artist_id = b.artist_id`,
    dim_genre: "SELECT genre_id, name FROM genre",
    dim_customer: `
      SELECT c.customer_id, c.last_name, c.country, e.last_name, m.last_name
        FROM customer c LEFT JOIN employee e ON e.employee_id = c.support_rep_id
        LEFT JOIN employee m ON m.employee_id = e.reports_to`,
    fact_playlist_track: `
      SELECT x.playlist_id, x.track_id, p.name FROM playlist_track x JOIN playlist p USING (playlist_id)`,
    fact_invoice_line: `
      SELECT l.invoice_line_id, l.invoice_id, l.track_id, t.genre_id, i.customer_id, c.country,
             i.invoice_date::date, i.invoice_date::time, (l.unit_price * l.quantity)::numeric(12,2)
        FROM invoice_line l JOIN invoice i USING (invoice_id) JOIN track t USING (track_id) JOIN customer c USING (customer_id)
       WHERE i.deleted_at IS NULL`,
    fact_cash_flow: `
      SELECT 'invoice', invoice_id, customer_id, invoice_date::date, total FROM invoice
       UNION ALL
      SELECT 'refund', r.refund_id, i.customer_id, r.refunded_at::date, -r.amount FROM refund r JOIN invoice i USING (invoice_id)`,
  },
  changes: {
    "an artist is renamed": "UPDATE artist SET name = 'Renamed' WHERE artist_id = 3",
    "an album goes": "DELETE FROM album WHERE album_id = 4",
    "a track moves to another album and genre":
      "UPDATE track SET album_id = 8, genre_id = 2 WHERE track_id = 12",
    "a genre goes": "DELETE FROM genre WHERE genre_id = 5",
    "a manager is renamed": "UPDATE employee SET last_name = 'Boss' WHERE employee_id = 1",
    "an employee goes": "DELETE FROM employee WHERE employee_id = 3",
    "a customer gets another support":
      "UPDATE customer SET support_rep_id = 7, country = NULL WHERE customer_id = 6",
    "an invoice is deleted softly": "UPDATE invoice SET deleted_at = '2025-01-01' WHERE invoice_id = 31",
    "an invoice is restored": "UPDATE invoice SET deleted_at = NULL WHERE invoice_id IN (30, 31)",
    "an invoice goes with lines and refunds": "DELETE FROM invoice WHERE invoice_id = 35",
    "a line changes": "UPDATE invoice_line SET quantity = 11 WHERE invoice_line_id = 50",
    "a line goes": "DELETE FROM invoice_line WHERE invoice_line_id = 51",
    "a refund grows": "UPDATE refund SET amount = 99.99 WHERE refund_id = 2",
    "a refund goes": "DELETE FROM refund WHERE refund_id = 3",
    "an invoice moves to another customer": "UPDATE invoice SET customer_id = 2 WHERE invoice_id IN (42, 43)",
    "a playlist is renamed": "UPDATE playlist SET name = NULL WHERE playlist_id = 2",
    "a playlist goes": "DELETE FROM playlist WHERE playlist_id = 3",
    "everything is captured again":
      "VACUUM FULL invoice_line; VACUUM FULL invoice; VACUUM FULL track; VACUUM FULL refund",
  },
};
