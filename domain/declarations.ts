import { marts, model, questions } from "./shop/shop";
import { dimDate } from "./model/dim-date";
import type { Mart } from "./marts/mart";
import type { Model } from "./model/model";

/**
 * What this deployment carries: the model of the warehouse, the marts, and the questions of the business report. For a
 * database of your own, write a folder like shop/ and change this one import.
 */
export { marts, model, questions };

/** Which model a stack works with: the one that is declared here, or none, so that it only mirrors its source. */
export type ModelChoice = "declared" | "none";

/** The model and the marts that a choice stands for. Without a model, a warehouse has the days and the mirror. */
export const declarationsOf = (choice: string): { readonly model: Model; readonly marts: readonly Mart[] } =>
  choice === "none" ? { model: { version: 1, calendar: dimDate, tables: [] }, marts: [] } : { model, marts };
