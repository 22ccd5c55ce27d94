import type { TestDatabase } from "../../support/postgres/postgres";
import type { Observation } from "./observation";

/** Sees the source with rights that Marble does not have, and says what the warehouse must be made of. */
export interface Witness {
  /** Remembers the state that the source has. */
  look(source: TestDatabase): Promise<void>;
  /**
   * A commit is of the state with this snapshot; commits come in order.
   * @throws Error when the source was not seen in that state
   */
  commit(snapshot: string): Observation;
  /** Forgets the states that no commit can be of any more. */
  forget(): void;
}

/**
 * Remembers states by their snapshots.
 * @param options.read looks at the source, in one statement
 * @param options.settle what a state shows after the state of the commit before
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
