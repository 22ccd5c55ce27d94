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

/** An append-only log of commits, numbered without gaps. */
export interface CommitLog<C> {
  /** The newest commit, or undefined. The cost does not depend on the length of the log. */
  head(): Promise<{ readonly number: CommitNumber; readonly commit: C } | undefined>;
  /** The commit with that number; undefined when it does not exist yet. */
  read(number: CommitNumber): Promise<C | undefined>;
}

/** The log for the stage that appends to it. */
export interface WritableLog<C> extends CommitLog<C> {
  /** Creates the commit, unless another run created it first. Returns whether this run created it. */
  append(number: CommitNumber, commit: C): Promise<boolean>;
}

/**
 * A commit log in a bucket. `commits/` is the truth. `heads/` is its index, newest first. The index lags behind when a
 * run dies between the two writes, so a reader continues from the marked commit to the real head. Readers mark nothing,
 * because most of them may not write. The next append marks its own commit, which repairs the index.
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
      // The marked commit is usually the newest, so read its possible successor in the same round trip.
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
      // A head is marked only after its commit exists.
      if (commit === undefined) {
        throw new TerminalError(
          `${commitKey(number)} is missing from the bucket ${store.bucket}: restore it from its versions`,
        );
      }
      return { number, commit };
    },
  };
}

/** A commit log that accepts new commits. If marking a commit as the head fails, the commit is still valid. */
export function writableLog<C>(
  store: ObjectStore,
  schema: z.ZodType<C>,
  telemetry: Pick<Telemetry, "warn">,
): WritableLog<C> {
  const mark = async (number: CommitNumber): Promise<void> => {
    try {
      await store.putIfAbsent(headKey(number), String(number));
    } catch (error) {
      telemetry.warn("the commit could not be marked as the newest; the next commit repairs the index", {
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

/** The processed log of one version of the model, with the store to which the keys in its commits refer. */
export function processedLog(
  bucket: ObjectStore,
  version: number,
): { readonly store: ObjectStore; readonly log: CommitLog<ProcessCommit> } {
  const store = within(bucket, modelPrefix(version));
  return { store, log: commitLog(store, processCommit) };
}

/** The processed logs of the earlier versions of the model. */
export const earlierLogs = (bucket: ObjectStore, version: number): readonly CommitLog<ProcessCommit>[] =>
  Array.from({ length: version - 1 }, (_, index) => processedLog(bucket, index + 1).log);
