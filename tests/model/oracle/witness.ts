import type { TestDatabase } from "../../support/postgres/postgres";
import type { Observation } from "./observation";

/** Reads the source with more rights than Marble has, and computes the rows that the warehouse must get. */
export interface Witness {
  /** Records the state of the source. */
  look(source: TestDatabase): Promise<void>;
  /**
   * Returns the state with the snapshot of a commit. Commits come in order.
   * @throws Error when that state was not recorded
   */
  commit(snapshot: string): Observation;
  /** Forgets the states that no later commit can have. */
  forget(): void;
}

/**
 * Remembers states by their snapshots.
 * @param options.read reads the source, in one statement
 * @param options.settle completes a state with the state of the previous commit
 */
export function createWitness<State extends { readonly snapshot: string }, Settled>(options: {
  readonly read: (source: TestDatabase) => Promise<State>;
  readonly settle: (
    state: State,
    before: Settled | undefined,
  ) => { readonly observation: Observation; readonly settled: Settled };
}): Witness {
  const states = new Map<string, State>();
  let before: Settled | undefined;
  return {
    look: async (source) => {
      const state = await options.read(source);
      states.set(state.snapshot, state);
    },
    commit: (snapshot) => {
      const state = states.get(snapshot);
      if (state === undefined)
        throw new Error(
          `a commit is of the snapshot ${snapshot}; the source had ${[...states.keys()].join(" ")}`,
        );
      const { observation, settled } = options.settle(state, before);
      before = settled;
      return observation;
    },
    forget: () => {
      states.clear();
    },
  };
}
