import type { Tally } from "./tally";

/** The fixtures of histories: the example, or a generated model for each history. */
export type GameName = "shop" | "generated";

/** A history, identified by the inputs of its generator. */
export interface Task {
  readonly game: GameName;
  readonly seed: number;
  /** The position of the history among those of the seed. A ":" marks a smaller history. */
  readonly path: string;
  /** On a failure, search for the smallest history that fails. */
  readonly shrink: boolean;
}

/** The failure of a history. */
export interface Failure {
  readonly game: GameName;
  readonly seed: number;
  readonly path: string;
  /** The history, as JSON. */
  readonly history: string;
  readonly difference: string;
}

/** A message of a worker. */
export type Answer =
  | { readonly kind: "ready"; readonly node: string; readonly postgres: string }
  | { readonly kind: "passed"; readonly tally: Tally }
  | { readonly kind: "failed"; readonly failure: Failure };

/** The histories of a seed. Access is cheap only near the beginning. */
const PER_SEED = 100;

/** The n-th history of a run, independent of the number of workers. */
export const taskOf = (game: GameName, seed: number, index: number): Task => ({
  game,
  seed: seed + Math.floor(index / PER_SEED),
  path: String(index % PER_SEED),
  shrink: false,
});

export function failureText({ game, seed, path, history, difference }: Failure): string {
  return [
    difference,
    "",
    `the history: ${history}`,
    "",
    `again: npm run torture -- ${game === "shop" ? "" : "--generated "}--seed ${seed} --path ${path}`,
  ].join("\n");
}
