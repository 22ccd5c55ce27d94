import { UTCDate } from "@date-fns/utc";
import { format } from "date-fns/format";
import { getDate } from "date-fns/getDate";
import { getISODay } from "date-fns/getISODay";
import { getMonth } from "date-fns/getMonth";
import { getQuarter } from "date-fns/getQuarter";
import { getYear } from "date-fns/getYear";
import { calendar } from "./table";
import { date, integer, text } from "./types";

// A calendar has thousands of days, so format each name only once.
const dayNames = Array.from({ length: 7 }, (_, day) => format(new UTCDate(2024, 0, 1 + day), "EEEE"));
const monthNames = Array.from({ length: 12 }, (_, month) => format(new UTCDate(2024, month), "MMMM"));

export const dimDate = calendar("dim_date", {
  description: "One row a day, from the configured start to the last day that any fact names.",
  key: "date_id",
  columns: {
    date_id: { type: date, nullable: false, of: (day) => day.toISOString().slice(0, 10) },
    year: { type: integer, nullable: false, of: getYear },
    month: { type: integer, nullable: false, of: (day) => getMonth(day) + 1 },
    day: { type: integer, nullable: false, of: getDate },
    day_of_week: { type: integer, nullable: false, of: getISODay },
    day_name: { type: text, nullable: false, of: (day) => dayNames[getISODay(day) - 1] ?? "" },
    month_name: { type: text, nullable: false, of: (day) => monthNames[getMonth(day)] ?? "" },
    quarter: { type: integer, nullable: false, of: getQuarter },
  },
});
