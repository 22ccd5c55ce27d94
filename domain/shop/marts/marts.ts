import { bestDesigns } from "./best-designs";
import { counterpartyValue } from "./counterparty-value";
import { deletedOrders } from "./deleted-orders";
import { departmentPerformance } from "./department-performance";
import { leadTimes } from "./lead-times";
import type { Mart } from "../../marts/mart";
import { orderChanges } from "./order-changes";
import { outstandingPayments } from "./outstanding-payments";
import { revenueByMonth } from "./revenue-by-month";
import { salesByPlace } from "./sales-by-place";
import { staffPerformance } from "./staff-performance";

/** The marts of the warehouse. To add a mart, write a file and add its name here. */
export const marts: readonly Mart[] = [
  revenueByMonth,
  bestDesigns,
  salesByPlace,
  staffPerformance,
  departmentPerformance,
  counterpartyValue,
  outstandingPayments,
  leadTimes,
  orderChanges,
  deletedOrders,
];
