import type { Model } from "../model/model";
import type { Mart } from "./mart";
import { isNamed, readableNames } from "./view";

/** What is wrong with the marts, each with the mart and the remedy; empty when all views can be created. */
export function martProblems({
  marts,
  model,
}: {
  readonly marts: readonly Mart[];
  readonly model: Model;
}): readonly string[] {
  const names = marts.map(({ name }) => name);
  const known = readableNames([model.calendar, ...model.tables]);
  return [
    ...[...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map(
      (name) => `several marts have the name ${name}: give each another name`,
    ),
    ...marts.flatMap(({ name, sql }) =>
      known.some((one) => isNamed(one, sql))
        ? []
        : [`the mart ${name} names no table of the model; it may name ${known.join(", ")}`],
    ),
  ];
}
