import type { Example } from "../example";
import { model } from "./model";

export const rental: Example = {
  name: "a rental shop",
  schema: "rental/schema.sql",
  model,
  expected: {
    dim_customer: `
      SELECT c.customer_id, c.last_name, COALESCE(c.email, ''), a.address, a.district, t.city, l.country, c.create_date
        FROM customer c JOIN address a USING (address_id) JOIN city t USING (city_id) JOIN country l USING (country_id)`,
    dim_film: `
      SELECT film_id, title, COALESCE(release_year, 0), rating, special_features::text, rental_rate FROM film`,
    dim_category: "SELECT category_id, name FROM category",
    fact_film_category: "SELECT film_id, category_id FROM film_category",
    fact_rental: `
      SELECT r.rental_id, r.rental_date, (r.rental_date AT TIME ZONE 'Europe/London')::date,
             (r.rental_date AT TIME ZONE 'Europe/London')::time, (r.return_date AT TIME ZONE 'UTC')::date,
             r.customer_id, i.film_id, f.title
        FROM rental r JOIN inventory i USING (inventory_id) JOIN film f USING (film_id)`,
    fact_payment: `
      SELECT p.payment_id, p.payment_date, (p.payment_date AT TIME ZONE 'UTC')::date, p.customer_id, i.film_id, p.amount
        FROM payment p LEFT JOIN rental r USING (rental_id) LEFT JOIN inventory i ON i.inventory_id = r.inventory_id`,
  },
  changes: {
    "a country is renamed": "UPDATE country SET country = 'Far away' WHERE country_id = 2",
    "a city moves to another country": "UPDATE city SET country_id = 4 WHERE city_id = 3",
    "an address moves to another city":
      "UPDATE address SET city_id = 9, district = NULL WHERE address_id = 5",
    "a customer moves": "UPDATE customer SET address_id = 58 WHERE customer_id = 5",
    "a film is renamed": "UPDATE film SET title = 'Another title' WHERE film_id = 7",
    "a tape becomes that of another film": "UPDATE inventory SET film_id = 8 WHERE inventory_id = 9",
    "a rental comes back":
      "UPDATE rental SET return_date = '2024-10-27 00:30:00.000001+00' WHERE rental_id = 8",
    "a rental goes": "DELETE FROM rental WHERE rental_id = 9",
    "a rental of an unknown payment comes": `
      INSERT INTO inventory VALUES (200, 3);
      INSERT INTO rental VALUES (1000, '2024-10-27 00:59:59.999999+00', 200, 3, NULL);
      INSERT INTO payment VALUES (1000, '2024-02-29 23:59:59.999999+00', 3, 1000, 1.99)`,
    "a payment goes": "DELETE FROM payment WHERE payment_id = 12",
    "a payment moves to another partition":
      "UPDATE payment SET payment_date = '2024-02-15 12:00+00' WHERE payment_id = 13",
    "a payment loses its rental": "UPDATE payment SET rental_id = NULL WHERE payment_id = 14",
    "a film gets another kind":
      "UPDATE film_category SET category_id = 3 WHERE film_id = 10 AND category_id = 5",
    "a film leaves its kinds": "DELETE FROM film_category WHERE film_id = 11",
    "a kind comes": "INSERT INTO category VALUES (7, 'New kind'); INSERT INTO film_category VALUES (11, 7)",
    "everything is captured again":
      "VACUUM FULL rental; VACUUM FULL payment_2024_01; VACUUM FULL customer; VACUUM FULL inventory",
  },
};
