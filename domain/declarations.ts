/**
 * What this deployment carries: the model of the warehouse, the marts, and the questions of the business report. For a
 * database of your own, write a folder like shop/ and change this one import.
 */
export { marts, model, questions } from "./shop/shop";
