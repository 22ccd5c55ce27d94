import { columnsOf, joined } from "../../model/columns";
import { address, counterparty } from "../sources";
import { dimension } from "../../model/table";

const own = columnsOf(counterparty);
const legalAddress = joined(counterparty, "legal_address_id", address);

export const dimCounterparty = dimension("dim_counterparty", {
  description: "Who is bought from and sold to, with the legal address.",
  source: counterparty,
  key: "counterparty_id",
  columns: {
    counterparty_id: own.copy("counterparty_id"),
    counterparty_legal_name: own.copy("counterparty_legal_name"),
    counterparty_legal_address_line_1: legalAddress.copy("address_line_1"),
    counterparty_legal_address_line_2: legalAddress.copy("address_line_2"),
    counterparty_legal_district: legalAddress.copy("district"),
    counterparty_legal_city: legalAddress.copy("city"),
    counterparty_legal_postal_code: legalAddress.copy("postal_code"),
    counterparty_legal_country: legalAddress.copy("country"),
    counterparty_legal_phone_number: legalAddress.copy("phone"),
  },
});
