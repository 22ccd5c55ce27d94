import { createHash } from "node:crypto";
import type { ProcessCommit } from "../../domain/log/commit";
import { TerminalError } from "../../domain/errors";
import { modelShape, type Model } from "../../domain/model/model";

/** What a processed commit says of the model that made it. */
export const modelStamp = (model: Model): ProcessCommit["model"] => ({
  version: model.version,
  shape: createHash("sha256").update(modelShape(model)).digest("hex").slice(0, 16),
});

/**
 * A log of commits holds tables of one shape, or no reader could rely on it.
 * @throws TerminalError when the model's tables are not those that the commit was made with
 */
export function checkShape(model: Model, commit: ProcessCommit): void {
  if (commit.model.shape === modelStamp(model).shape) return;
  throw new TerminalError(
    `the tables of the model are no longer those of commit ${commit.number}, but its version is still ${model.version}: ` +
      "raise `version` in domain/shop/shop.ts, then reprocess and replay",
    { subject: { commit: commit.number } },
  );
}
