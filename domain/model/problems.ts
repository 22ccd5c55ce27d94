import { messageOf } from "../errors";
import { loadOrder, type Model } from "./model";
import { feedProblems, typesThatDiffer } from "./problems/columns";
import { contractProblems } from "./problems/contracts";
import { keyProblems, missingKeys } from "./problems/keys";
import { memberProblems } from "./problems/members";
import { nameProblems } from "./problems/names";
import { referenceProblems } from "./problems/references";
import { feedsOf, type Dimension, type Fact } from "./table";

/**
 * All problems of a model, each with the table and the remedy; empty when the model can be used. Once a log has a
 * commit, only a new version of the model can correct it, so the program checks the model before it declares anything.
 * The types catch some of the problems earlier.
 */
export function modelProblems(model: Model): readonly string[] {
  const problems = [
    ...[model.calendar, ...model.tables].flatMap(missingKeys),
    ...model.tables.flatMap((table) => tableProblems(table, model)),
    ...nameProblems(model),
    ...contractProblems(model),
  ];
  // The load order needs all tables.
  return problems.length > 0 ? [...new Set(problems)] : orderProblems(model);
}

const tableProblems = (table: Dimension | Fact, model: Model): string[] => [
  ...keyProblems(table),
  ...feedsOf(table).flatMap((feed) => feedProblems(table.name, feed, table.columns)),
  ...typesThatDiffer(table.name, feedsOf(table)),
  ...referenceProblems(table, model),
  ...memberProblems(table, model),
];

function orderProblems(model: Model): string[] {
  try {
    loadOrder(model);
    return [];
  } catch (error) {
    return [`${messageOf(error)}: leave one of the references out`];
  }
}
