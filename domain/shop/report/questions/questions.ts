import type { Question } from "../../../report/question";
import { counterparties } from "./counterparties";
import { deletedOrders } from "./deleted-orders";
import { departments } from "./departments";
import { designs } from "./designs";
import { latePayments } from "./late-payments";
import { leadTimes } from "./lead-times";
import { orderChanges } from "./order-changes";
import { places } from "./places";
import { revenue } from "./revenue";
import { staff } from "./staff";
import { whoOwes } from "./who-owes";

/** What the report answers, in its order. */
export const questions: readonly Question[] = [
  revenue,
  latePayments,
  whoOwes,
  designs,
  counterparties,
  places,
  departments,
  staff,
  leadTimes,
  orderChanges,
  deletedOrders,
];
