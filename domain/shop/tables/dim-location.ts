import { columnsOf } from "../../model/columns";
import { address } from "../sources";
import { dimension } from "../../model/table";

const own = columnsOf(address);

export const dimLocation = dimension("dim_location", {
  description: "Where orders are delivered.",
  source: address,
  key: "location_id",
  columns: {
    location_id: own.copy("address_id"),
    address_line_1: own.copy("address_line_1"),
    address_line_2: own.copy("address_line_2"),
    district: own.copy("district"),
    city: own.copy("city"),
    postal_code: own.copy("postal_code"),
    country: own.copy("country"),
    phone: own.copy("phone"),
  },
});
