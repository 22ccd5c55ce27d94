import type { Tally } from "./tally";

/** What histories are played on: the example, or a generated model each. */
export const GAMES = ["shop", "generated"] as const;
export type GameName = (typeof GAMES)[number];

/** A history, by what generates it. */
export interface Task {
  readonly game: GameName;
  readonly seed: number;
  /** The place of the history among those of the seed; with ":", of one that was made smaller. */
  readonly path: string;
  /** When it fails: look for the smallest history that fails. */
  readonly shrink: boolean;
}

/** How a history went wrong. */
export interface Failure {
  readonly game: GameName;
  readonly seed: number;
  readonly path: string;
  /** The history, as JSON. */
  readonly history: string;
  readonly difference: string;
}

/** What a worker says. */
export type Answer =
  | { readonly kind: "ready"; readonly node: string; readonly postgres: string }
  | { readonly kind: "passed"; readonly tally: Tally }
  | { readonly kind: "failed"; readonly failure: Failure };

/** Histories of one seed: the place among them is cheap to find as long as it is near the beginning. */
const PER_SEED = 100;

/** The n-th history of a run: the same, however many workers there are. */
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
