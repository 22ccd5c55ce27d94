import { createHash } from "node:crypto";
import type { ProcessCommit } from "../../domain/log/commit";
import { TerminalError } from "../../domain/errors";
import { modelShape, type Model } from "../../domain/model/model";
import { modelReads } from "../../domain/model/model-reads";
import type { TableAdmission } from "../../domain/transform/quarantine";
import { incompleteReads } from "../../domain/transform/new-reads";

/** What a processed commit says of the model that made it. */
export const modelStamp = (model: Model): ProcessCommit["model"] => ({
  version: model.version,
  shape: createHash("sha256").update(modelShape(model)).digest("hex").slice(0, 16),
  feeds: [...modelReads(model).feeds],
  joined: [...modelReads(model).joined],
});

/**
 * A log of commits holds tables of one shape, or no reader could rely on it.
 * @throws TerminalError when the model's tables are not those that the commit was made with
 */
export function checkShape(model: Model, commit: ProcessCommit): void {
  if (commit.model.shape === modelStamp(model).shape) return;
  throw new TerminalError(
    `the tables of the model are no longer those of commit ${commit.number}, but its version is still ${model.version}: ` +
      "raise `version` in domain/shop/shop.ts, then reprocess and replay; when marble:model has another value than it had, take a new lake",
    { subject: { commit: commit.number } },
  );
}

/**
 * What the model reads must be in the log from its first row on.
 * @throws TerminalError when the model reads something newly of which the log lacks rows
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
    `the model reads more rows than before, but its version is still ${model.version}: ${missing.join(", ")}. Those that were ` +
      `captured before commit ${number} would be missing: raise \`version\` in domain/shop/shop.ts, then reprocess and replay, ` +
      "or take the change of the model back",
    { subject: { commit: number } },
  );
}
