import type * as z from "zod";
import { parseCommit, processCommit, type ProcessCommit } from "../../domain/log/commit";
import { messageOf, TerminalError } from "../../domain/errors";
import {
  commitKey,
  commitOfHeadKey,
  headKey,
  HEADS_PREFIX,
  modelPrefix,
  nextCommit,
  type CommitNumber,
} from "../../domain/log/keys";
import { within, type ObjectStore } from "./object-store";
import type { Telemetry } from "../aws/telemetry";

/** A log of commits, numbered without gaps, that only grows. */
export interface CommitLog<C> {
  /** The newest commit, or undefined. Costs the same however long the log is. */
  head(): Promise<{ readonly number: CommitNumber; readonly commit: C } | undefined>;
  /** The commit of that number, or undefined when there is none yet. */
  read(number: CommitNumber): Promise<C | undefined>;
}

/** The log, as the stage that appends to it sees it. */
export interface WritableLog<C> extends CommitLog<C> {
  /** Creates the commit, unless another run was first. Returns whether it did. */
  append(number: CommitNumber, commit: C): Promise<boolean>;
}

/**
 * A commit log in a bucket. `commits/` is the truth; `heads/` is its index, newest first, and may lag
 * behind when a run died between the two: the head is then looked for from there on. Whoever looks marks
 * nothing, for most may not; the next append marks its commit, which repairs the index.
 */
export function commitLog<C>(store: ObjectStore, schema: z.ZodType<C>): CommitLog<C> {
  const read = async (number: CommitNumber): Promise<C | undefined> => {
    const key = commitKey(number);
    const json = await store.get(key);
    return json === undefined ? undefined : parseCommit(schema, json, key);
  };

  return {
    read,
    head: async () => {
      const marked = await store.firstKey(HEADS_PREFIX);
      const known = marked === undefined ? undefined : commitOfHeadKey(marked);
      // Most often the marked one is the newest: it is asked for along with the one that would be after it.
      let [commit, next] = await Promise.all([
        known === undefined ? undefined : read(known),
        read(nextCommit(known)),
      ]);
      let number = known;
      while (next !== undefined) {
        number = nextCommit(number);
        commit = next;
        next = await read(nextCommit(number));
      }
      if (number === undefined) return undefined;
      // A head is marked only after its commit was created.
      if (commit === undefined) {
        throw new TerminalError(
          `${commitKey(number)} is gone from the bucket ${store.bucket}: restore it from its versions`,
        );
      }
      return { number, commit };
    },
  };
}

/** A commit log that can be appended to. A commit that could not be marked is committed all the same. */
export function writableLog<C>(
  store: ObjectStore,
  schema: z.ZodType<C>,
  telemetry: Pick<Telemetry, "warn">,
): WritableLog<C> {
  const mark = async (number: CommitNumber): Promise<void> => {
    try {
      await store.putIfAbsent(headKey(number), String(number));
    } catch (error) {
      telemetry.warn("the commit could not be marked as the newest: the next one will be", {
        commit: number,
        reason: messageOf(error),
      });
    }
  };
  return {
    ...commitLog(store, schema),
    append: async (number, commit) => {
      const created = await store.putIfAbsent(commitKey(number), JSON.stringify(commit));
      if (created) await mark(number);
      return created;
    },
  };
}

/** The processed log of one version of the model, with the store that the keys in its commits are of. */
export function processedLog(
  bucket: ObjectStore,
  version: number,
): { readonly store: ObjectStore; readonly log: CommitLog<ProcessCommit> } {
  const store = within(bucket, modelPrefix(version));
  return { store, log: commitLog(store, processCommit) };
}

/** The processed logs of the versions before this one. */
export const earlierLogs = (bucket: ObjectStore, version: number): readonly CommitLog<ProcessCommit>[] =>
  Array.from({ length: version - 1 }, (_, index) => processedLog(bucket, index + 1).log);
