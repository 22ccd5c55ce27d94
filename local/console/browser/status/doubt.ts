import { STAGES, type Overview, type StageName } from "../../api";
import { idleStages, isOld } from "./age";

/** Why nobody knows that a table is current, although the newest commit has no problem with it. */
export interface Doubt {
  /** What every such table is: `not loaded` */
  readonly state: string;
  /** Null when it is not known. */
  readonly since: string | null;
  /** True if it may have begun before `since`. */
  readonly orEarlier?: boolean;
  /** What is wrong, as a sentence without its end: `load fails` */
  readonly what: string;
  /** More about the cause; null when `what` says all. */
  readonly reason: string | null;
  readonly todo: string;
  /** The stage that a person can run to see whether it works again; null without one. */
  readonly stage: StageName | null;
}

const DONE: Readonly<Record<StageName, string>> = {
  ingest: "not captured",
  process: "not processed",
  load: "not loaded",
};

/**
 * The first cause on the way from the source.
 * @param upTo the last stage on the way to the tables
 */
export function doubtOf(overview: Overview, upTo: StageName, now: number): Doubt | undefined {
  const { source, lakeProblem, warehouseProblem } = overview;
  const names = STAGES.slice(0, STAGES.indexOf(upTo) + 1);
  const isWarehouse = upTo === "load";
  if (source.state === "stopped")
    return {
      state: DONE[isWarehouse ? "load" : "ingest"],
      since:
        overview.stages.find(({ name }) => name === "ingest")?.runs.findLast(({ ok }) => ok)?.endedAt ?? null,
      what: "the source is stopped",
      reason: null,
      todo: "Bring it back on the page Pipeline.",
      stage: null,
    };
  for (const name of names) {
    const failure = overview.stages.find((stage) => stage.name === name)?.failure ?? null;
    if (failure !== null)
      return {
        state: DONE[isWarehouse ? "load" : name],
        since: failure.since,
        what: `${name} fails`,
        reason: failure.sentence,
        todo: failure.remedy,
        stage: name,
      };
  }
  if (lakeProblem !== null)
    return { state: "not known", what: "the lake cannot be read", ...lakeProblem, stage: null };
  if (isWarehouse && warehouseProblem !== null)
    return { state: "not known", what: "the warehouse cannot be asked", ...warehouseProblem, stage: null };
  // A commit that waits is normal for seconds. Behind a stage that no longer runs, it is a problem.
  return unconfirmed(overview, names, now) ?? waiting(overview, names);
}

/** The warehouse is old, or a stage does not run although there is work for it. */
function unconfirmed(overview: Overview, names: readonly StageName[], now: number): Doubt | undefined {
  const isWarehouse = names.includes("load");
  const todo = "Run the stages on the page Pipeline. See “The warehouse is old” in docs/runbook.md.";
  if (isWarehouse && isOld(overview, now))
    return {
      state: "old",
      since: overview.shows,
      what: "no run has found since then that they match the source",
      reason: null,
      todo,
      stage: null,
    };
  const idle = idleStages(overview, now);
  for (const name of names) {
    const stage = overview.stages.find((one) => one.name === name);
    const last = stage?.runs.at(-1)?.endedAt ?? null;
    const waits = (stage?.backlog ?? 0) > 0;
    // Ingest always has work. What the warehouse lacks of it shows in the age of the warehouse.
    if (!idle.includes(name) || (name === "ingest" ? isWarehouse : !waits || last === null)) continue;
    return {
      state: DONE[isWarehouse ? "load" : name],
      since: last,
      what: `${waits ? `a commit waits for ${name}, and ` : ""}no run of ${name} has ended since then`,
      reason: null,
      todo,
      stage: null,
    };
  }
  return undefined;
}

/** A commit that waits for a stage may have newer rows. */
function waiting({ stages }: Overview, names: readonly StageName[]): Doubt | undefined {
  const stage = stages.find(({ name, backlog }) => names.some((one) => one === name) && (backlog ?? 0) > 0);
  const name = names.find((one) => one === stage?.name);
  if (name === undefined) return undefined;
  return {
    state: "perhaps behind",
    since: null,
    what: `a commit waits for ${name}`,
    reason: null,
    todo: `The next run of ${name} takes it.`,
    stage: name,
  };
}
