import { columnsOf, joined, references, whenNull } from "../../../domain/model/columns";
import { dimDate } from "../../../domain/model/dim-date";
import type { Model } from "../../../domain/model/model";
import { dimension, fact } from "../../../domain/model/table";
import { bike, country, customer, depot, hire, repair } from "./sources";

const [ofBike, ofCountry, ofCustomer, ofHire, ofRepair] = [
  columnsOf(bike),
  columnsOf(country),
  columnsOf(customer),
  columnsOf(hire),
  columnsOf(repair),
] as const;
const atDepot = joined(bike, "depot_id", depot);

const COUNTRIES: Readonly<Record<string, string>> = { FR: "France", GB: "Great Britain" };

/** @throws RangeError for a country where nobody hires */
export function countryName(code: string): string {
  const name = COUNTRIES[code];
  if (name === undefined) throw new RangeError(`unknown country code "${code}"`);
  return name;
}

export const dimBike = dimension("dim_bike", {
  description: "What is hired out, with its depot.",
  source: bike,
  key: "bike_id",
  columns: {
    bike_id: ofBike.copy("bike_id"),
    frame: ofBike.copy("frame"),
    depot_name: atDepot.copy("depot_name"),
    town: whenNull("", atDepot.copy("town")),
  },
});

export const dimCountry = dimension("dim_country", {
  description: "Where customers live.",
  source: country,
  key: "country_id",
  columns: {
    country_id: ofCountry.copy("country_id"),
    country_code: ofCountry.copy("country_code"),
    country_name: ofCountry.derive("country_code", countryName),
  },
});

export const dimCustomer = dimension("dim_customer", {
  description: "Who hires.",
  source: customer,
  key: "customer_id",
  columns: {
    customer_id: ofCustomer.copy("customer_id"),
    customer_name: ofCustomer.copy("customer_name"),
    address_line_1: ofCustomer.copy("address_line_1"),
    address_line_2: ofCustomer.copy("address_line_2"),
    country_id: references("dim_country", ofCustomer.copy("country_id")),
  },
});

export const factHire = fact("fact_hire", {
  description: "Every version of every hire.",
  source: hire,
  key: "hire_id",
  surrogateKey: "hire_record_id",
  currentView: "current_hire",
  columns: {
    hire_id: ofHire.copy("hire_id"),
    started_date: references("dim_date", ofHire.dateOf("started_at")),
    started_time: ofHire.timeOf("started_at"),
    customer_id: references("dim_customer", ofHire.copy("customer_id")),
    bike_id: references("dim_bike", ofHire.copy("bike_id")),
    price: ofHire.copy("price"),
    currency_code: ofHire.copy("currency_code"),
    paid: ofHire.copy("paid"),
    due_date: references("dim_date", ofHire.parsedDate("due")),
  },
});

export const factRepair = fact("fact_repair", {
  description: "Every version of every repair.",
  source: repair,
  key: "repair_id",
  surrogateKey: "repair_record_id",
  currentView: "current_repair",
  columns: {
    repair_id: ofRepair.copy("repair_id"),
    bike_id: references("dim_bike", ofRepair.copy("bike_id")),
    cost: ofRepair.copy("cost"),
    currency_code: ofRepair.copy("currency_code"),
    minutes: ofRepair.copy("minutes"),
    done_date: references("dim_date", ofRepair.parsedDate("done_on")),
  },
});

/**
 * A small model with each part that a model can have in common with others: two facts that share a dimension, a
 * dimension with joined columns, one that refers to another, and one with a derived column.
 */
export const hireModel: Model = {
  version: 1,
  calendar: dimDate,
  tables: [factHire, factRepair, dimCustomer, dimBike, dimCountry],
};
