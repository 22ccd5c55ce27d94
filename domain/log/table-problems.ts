import { contractsOf, type Model } from "../model/model";
import { valueNamed } from "./by-name";
import type { ProcessCommit } from "./commit";

/** A table of the source that was captured once and cannot be captured now. */
interface AbsentTable {
  readonly name: string;
  readonly reason: string;
}

/**
 * The absent tables that the model reads. A table that is only mirrored does not count, because it may be dropped on
 * purpose. Its mirror keeps the last rows, and `marble_table` says so.
 */
export function absentTables(
  processed: Pick<ProcessCommit, "sources"> | undefined,
  model: Model,
): readonly AbsentTable[] {
  const read = contractsOf(model);
  return Object.entries(processed?.sources ?? {}).flatMap(([name, { state, reason }]) =>
    state === "absent" && read.has(name) ? [{ name, reason: reason ?? "no reason was given" }] : [],
  );
}

/**
 * The tables in quarantine because of their columns. An absent table breaks its contract too, but the remedy is not in
 * the contract, so it is left out.
 */
export const quarantinedTables = ({
  quarantine,
  sources,
}: Pick<ProcessCommit, "quarantine" | "sources">): readonly [string, ProcessCommit["quarantine"][string]][] =>
  Object.entries(quarantine).filter(([name]) => valueNamed(sources, name)?.state !== "absent");
