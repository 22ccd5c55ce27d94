import { columnsOf, references, whenNull } from "../../../domain/model/columns";
import { dimDate } from "../../../domain/model/dim-date";
import type { Model } from "../../../domain/model/model";
import { optional, sourceTable } from "../../../domain/model/source";
import { dimension, fact } from "../../../domain/model/table";
import { date, decimal, integer, text, timestamptz } from "../../../domain/model/types";

const country = sourceTable("country", {
  key: "country_id",
  columns: { country_id: integer, country: text },
});
const city = sourceTable("city", {
  key: "city_id",
  columns: { city_id: integer, city: text, country_id: integer },
});
const address = sourceTable("address", {
  key: "address_id",
  columns: { address_id: integer, address: text, district: optional(text), city_id: integer },
});
const customer = sourceTable("customer", {
  key: "customer_id",
  columns: {
    customer_id: integer,
    first_name: text,
    last_name: text,
    email: optional(text),
    address_id: integer,
    create_date: date,
  },
});
const film = sourceTable("film", {
  key: "film_id",
  columns: {
    film_id: integer,
    title: text,
    release_year: optional(integer),
    rating: text,
    special_features: optional(text, { accepts: ["text[]"] }),
    rental_rate: decimal(4, 2),
  },
});
const category = sourceTable("category", {
  key: "category_id",
  columns: { category_id: integer, name: text },
});
const filmCategory = sourceTable("film_category", {
  key: ["film_id", "category_id"],
  columns: { film_id: integer, category_id: integer },
});
const inventory = sourceTable("inventory", {
  key: "inventory_id",
  columns: { inventory_id: integer, film_id: integer },
});
const rental = sourceTable("rental", {
  key: "rental_id",
  columns: {
    rental_id: integer,
    rental_date: timestamptz,
    inventory_id: integer,
    customer_id: integer,
    return_date: optional(timestamptz),
  },
});
const payment = sourceTable("payment", {
  key: ["payment_date", "payment_id"],
  columns: {
    payment_id: integer,
    payment_date: timestamptz,
    customer_id: integer,
    rental_id: optional(integer),
    amount: decimal(5, 2),
  },
});

const person = columnsOf(customer);
const home = person.innerJoin("address_id", address);
const town = home.innerJoin("city_id", city);
const movie = columnsOf(film);
const kind = columnsOf(category);
const bridge = columnsOf(filmCategory);
const rented = columnsOf(rental);
const item = rented.innerJoin("inventory_id", inventory);
const paid = columnsOf(payment);
const paidRental = paid.leftJoin("rental_id", rental);

const LONDON = { timeZone: "Europe/London" };

export const model: Model = {
  version: 1,
  calendar: dimDate,
  tables: [
    dimension("dim_customer", {
      description: "Customers with their whole address.",
      source: customer,
      key: "customer_id",
      columns: {
        customer_id: person.copy("customer_id"),
        last_name: person.copy("last_name"),
        email: whenNull("", person.copy("email")),
        address: home.copy("address"),
        district: home.copy("district"),
        city: town.copy("city"),
        country: town.innerJoin("country_id", country).copy("country"),
        create_date: person.copy("create_date"),
      },
    }),
    dimension("dim_film", {
      description: "Films.",
      source: film,
      key: "film_id",
      columns: {
        film_id: movie.copy("film_id"),
        title: movie.copy("title"),
        release_year: whenNull(0, movie.copy("release_year")),
        rating: movie.copy("rating"),
        special_features: movie.copy("special_features"),
        rental_rate: movie.copy("rental_rate"),
      },
    }),
    dimension("dim_category", {
      description: "Kinds of films.",
      source: category,
      key: "category_id",
      columns: { category_id: kind.copy("category_id"), name: kind.copy("name") },
    }),
    fact("fact_film_category", {
      description: "Which film is of which kind.",
      source: filmCategory,
      key: ["film_id", "category_id"],
      surrogateKey: "film_category_record_id",
      currentView: "current_film_category",
      columns: {
        film_id: references("dim_film", bridge.copy("film_id")),
        category_id: references("dim_category", bridge.copy("category_id")),
      },
    }),
    fact("fact_rental", {
      description: "Every version of every rental.",
      source: rental,
      key: "rental_id",
      surrogateKey: "rental_record_id",
      currentView: "current_rental",
      columns: {
        rental_id: rented.copy("rental_id"),
        rented_at: rented.copy("rental_date"),
        rental_date: references("dim_date", rented.dateOf("rental_date", LONDON)),
        rental_time: rented.timeOf("rental_date", LONDON),
        return_date: references("dim_date", rented.dateOf("return_date")),
        customer_id: references("dim_customer", rented.copy("customer_id")),
        film_id: references("dim_film", item.copy("film_id")),
        title: item.innerJoin("film_id", film).copy("title"),
      },
    }),
    fact("fact_payment", {
      description: "Every version of every payment.",
      source: payment,
      key: ["paid_at", "payment_id"],
      surrogateKey: "payment_record_id",
      currentView: "current_payment",
      columns: {
        payment_id: paid.copy("payment_id"),
        paid_at: paid.copy("payment_date"),
        payment_date: references("dim_date", paid.dateOf("payment_date")),
        customer_id: references("dim_customer", paid.copy("customer_id")),
        film_id: references("dim_film", paidRental.leftJoin("inventory_id", inventory).copy("film_id")),
        amount: paid.copy("amount"),
      },
    }),
  ],
};
