import { columnsOf, joined, whenNull } from "../../model/columns";
import { department, staff } from "../sources";
import { dimension } from "../../model/table";

const own = columnsOf(staff);
const inDepartment = joined(staff, "department_id", department);

export const dimStaff = dimension("dim_staff", {
  description: "Who sells and buys, with the department.",
  source: staff,
  key: "staff_id",
  columns: {
    staff_id: own.copy("staff_id"),
    first_name: own.copy("first_name"),
    last_name: own.copy("last_name"),
    department_name: inDepartment.copy("department_name"),
    // The warehouse wants a location, a department may have none: it is then the empty text.
    location: whenNull("", inDepartment.copy("location")),
    email_address: own.copy("email_address"),
  },
});
