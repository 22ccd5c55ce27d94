import { TerminalError } from "../../domain/errors";
import { REBUILD, REPROCESS } from "../../domain/remedies";
import { modelPrefix, nextCommit } from "../../domain/log/keys";
import type { ProcessContext } from "./context";

/**
 * What a reprocess will do: build the processed log of the model's version from the ingestion log. It is the ordinary
 * work of the stage over all commits. It can be killed, and continues after the last commit that it made.
 */
export interface ReprocessPlan {
  readonly operation: "reprocess";
  readonly model: number;
  /** The prefix of the log in the processed bucket; empty for its root. */
  readonly prefix: string;
  /** The next commit to transform, and the last one. */
  readonly from: number;
  readonly to: number;
  readonly commits: number;
  /** What will happen, and what will not, as texts for people. */
  readonly says: string;
}

/** Describes what a reprocess would do now. */
export async function planReprocess({ model, ingested, processed }: ProcessContext): Promise<ReprocessPlan> {
  const { version } = model;
  const from: number = nextCommit((await processed.log.head())?.number);
  const to: number = (await ingested.log.head())?.number ?? 0;
  const commits = to - from + 1;
  const place = `${processed.store.bucket}/${modelPrefix(version)}`;
  const says =
    commits === 0
      ? `the log of model version ${version} in ${place} is complete: there is nothing to do`
      : `transform ingest commits ${from} to ${to} with model version ${version} into ${place}; ` +
        "logs of other versions and the warehouse stay as they are";
  return { operation: "reprocess", model: version, prefix: modelPrefix(version), from, to, commits, says };
}

/**
 * A person must start the build of a whole log, because a version may have been raised by mistake.
 * @throws TerminalError when the log of an earlier version exists and that of this version does not
 */
export async function requireReprocess({ model, earlier }: ProcessContext): Promise<void> {
  for (const log of earlier) {
    if ((await log.head()) === undefined) continue;
    throw new TerminalError(
      `model version ${model.version} has no processed log yet: ` +
        `build it from the ingestion log: ${REPROCESS}; then rebuild the warehouse: ${REBUILD}`,
    );
  }
}
