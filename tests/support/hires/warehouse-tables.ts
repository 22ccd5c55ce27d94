/**
 * The tables of a warehouse of hires, written by hand and independent of the model. Each column has its name, its
 * type, `?` if it may be NULL, `PK`, and after an arrow the dimension that it refers to.
 */
export const HIRE_TABLES: Readonly<Record<string, readonly string[]>> = {
  dim_bike: ["bike_id integer PK", "frame varchar", "depot_name varchar", "town varchar"],
  dim_country: ["country_id integer PK", "country_code varchar", "country_name varchar"],
  dim_customer: [
    "customer_id integer PK",
    "customer_name varchar",
    "address_line_1 varchar",
    "address_line_2 varchar?",
    "country_id integer → dim_country",
  ],
  dim_date: [
    "date_id date PK",
    "year integer",
    "month integer",
    "day integer",
    "day_of_week integer",
    "day_name varchar",
    "month_name varchar",
    "quarter integer",
  ],
  fact_hire: [
    "hire_record_id serial PK",
    "hire_id integer",
    "started_date date → dim_date",
    "started_time time",
    "customer_id integer → dim_customer",
    "bike_id integer → dim_bike",
    "price numeric(10,2)",
    "currency_code varchar",
    "paid boolean",
    "due_date date → dim_date",
  ],
  fact_repair: [
    "repair_record_id serial PK",
    "repair_id integer",
    "bike_id integer → dim_bike",
    "cost numeric(10,2)",
    "currency_code varchar",
    "minutes integer?",
    "done_date date → dim_date",
  ],
};
