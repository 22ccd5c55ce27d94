import { format, getDate, getISODay, getMonth, getQuarter, getYear } from "date-fns";
import { calendar } from "./table";
import { date, integer, text } from "./types";

export const dimDate = calendar("dim_date", {
  description: "One row a day, from the configured start to the last day that any fact names.",
  key: "date_id",
  columns: {
    date_id: { type: date, nullable: false, of: (day) => format(day, "yyyy-MM-dd") },
    year: { type: integer, nullable: false, of: getYear },
    month: { type: integer, nullable: false, of: (day) => getMonth(day) + 1 },
    day: { type: integer, nullable: false, of: getDate },
    day_of_week: { type: integer, nullable: false, of: getISODay },
    day_name: { type: text, nullable: false, of: (day) => format(day, "EEEE") },
    month_name: { type: text, nullable: false, of: (day) => format(day, "MMMM") },
    quarter: { type: integer, nullable: false, of: getQuarter },
  },
});
