import { currencyName } from "./currency";
import { columnsOf } from "../../model/columns";
import { currency } from "../sources";
import { dimension } from "../../model/table";

const own = columnsOf(currency);

export const dimCurrency = dimension("dim_currency", {
  description: "Currencies by their ISO 4217 code, with its English name.",
  source: currency,
  key: "currency_id",
  columns: {
    currency_id: own.copy("currency_id"),
    currency_code: own.copy("currency_code"),
    currency_name: own.derive("currency_code", currencyName),
  },
});
