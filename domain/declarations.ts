import { marts, model, report } from "./shop/shop";
import { dimDate } from "./model/dim-date";
import type { Mart } from "./marts/mart";
import type { Model } from "./model/model";

/**
 * What this deployment declares: the model of the warehouse, the marts, and the business report. For another database,
 * write a folder like shop/ and change this one import.
 */
export { marts, model, report };

/**
 * The model and the marts of a stack, by its setting `model`. With `none`, the stack only mirrors its source: the
 * warehouse has the calendar and the mirror.
 */
export const declarationsOf = (choice: string): { readonly model: Model; readonly marts: readonly Mart[] } =>
  choice === "none" ? { model: { version: 1, calendar: dimDate, tables: [] }, marts: [] } : { model, marts };
