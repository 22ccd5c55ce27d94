import type { FilterDeclaration } from "../../report/declaration";
import { revenue } from "./questions/revenue";

/** The reader chooses among the months with sales, and the currencies, the one with the most sales orders first. */
export const filters: FilterDeclaration = { question: revenue, rankedBy: "orders" };
