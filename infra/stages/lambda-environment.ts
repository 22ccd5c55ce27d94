import { RunError } from "@pulumi/pulumi/errors";
import { createHash } from "node:crypto";
import type { Mart } from "../../domain/marts/mart";
import { martProblems } from "../../domain/marts/problems";
import type { Model } from "../../domain/model/model";
import { contractsText } from "../../domain/model/model-reads";
import { modelProblems } from "../../domain/model/problems";

/**
 * Checks the model and the marts before any resource that uses them is declared.
 *
 * @throws RunError, which Pulumi shows without a stack trace, with all problems: the table or the mart, what is wrong
 *   with it, and the remedy
 */
export function checkDeclarations(declared: {
  readonly model: Model;
  readonly marts: readonly Mart[];
}): void {
  const problems = [...modelProblems(declared.model), ...martProblems(declared)];
  if (problems.length === 0) return;
  throw new RunError(
    `The model or the marts need a change:\n${problems.map((text) => `- ${text}`).join("\n")}`,
  );
}

/** The environment of ingest that depends on the model: the digest of its contracts. */
export const contractsDigest = (model: Model): string =>
  createHash("sha256").update(contractsText(model)).digest("hex").slice(0, 16);
