import { RunError } from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import type { Mart } from "../../domain/marts/mart";
import { martProblems } from "../../domain/marts/problems";
import type { Model } from "../../domain/model/model";
import { contractsText } from "../../domain/model/model-reads";
import { modelProblems } from "../../domain/model/problems";

/**
 * Looks whether model and marts can be used, before anything is declared that would work by them.
 *
 * @throws RunError, which Pulumi shows without a stack, that lists all problems: the table or the mart,
 *   what is wrong with it, what to do
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

/** What ingest has to know of the model: whether its contracts are others than before. */
export const contractsDigest = (model: Model): string =>
  createHash("sha256").update(contractsText(model)).digest("hex").slice(0, 16);
