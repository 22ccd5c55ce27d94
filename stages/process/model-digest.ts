import { createHash } from "node:crypto";
import type { ProcessCommit } from "../../domain/log/commit";
import { TerminalError } from "../../domain/errors";
import { RAISE_VERSION } from "../../domain/remedies";
import { modelShape, type Model } from "../../domain/model/model";
import { modelReads } from "../../domain/model/model-reads";
import type { TableAdmission } from "../../domain/transform/contract/quarantine";
import { incompleteReads } from "../../domain/transform/contract/new-reads";

/** The stamp of a model in a processed commit. */
export const modelStamp = (model: Model): ProcessCommit["model"] => ({
  version: model.version,
  shape: createHash("sha256").update(modelShape(model)).digest("hex").slice(0, 16),
  feeds: [...modelReads(model).feeds],
  joined: [...modelReads(model).joined],
});

/**
 * All tables of a log have one shape, so that readers can rely on it.
 * @throws TerminalError when the model's tables differ from those that the commit was made with
 */
export function checkShape(model: Model, commit: ProcessCommit): void {
  if (commit.model.shape === modelStamp(model).shape) return;
  throw new TerminalError(
    `the tables of the model are no longer those of commit ${commit.number}, but its version is still ${model.version}: ` +
      `${RAISE_VERSION}; if marble:model was changed, use a new lake`,
    { subject: { commit: commit.number } },
  );
}

/**
 * The log must have every row that the model reads, from the first commit on.
 * @throws TerminalError when the model newly reads rows that the log lacks
 */
export function checkReads(
  model: Model,
  previous: ProcessCommit | undefined,
  {
    number,
    admissions,
  }: { readonly number: number; readonly admissions: ReadonlyMap<string, TableAdmission> },
): void {
  const missing = incompleteReads(model, previous, admissions);
  if (missing.length === 0) return;
  throw new TerminalError(
    `the model reads more rows than before, but its version is still ${model.version}: ${missing.join(", ")}. Rows ` +
      `captured before commit ${number} would be missing: ${RAISE_VERSION}, ` +
      "or undo the change of the model",
    { subject: { commit: number } },
  );
}
