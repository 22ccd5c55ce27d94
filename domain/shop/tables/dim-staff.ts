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
    // Departments may have no location, but this column is NOT NULL, so store an empty string.
    location: whenNull("", inDepartment.copy("location")),
    email_address: own.copy("email_address"),
  },
});
