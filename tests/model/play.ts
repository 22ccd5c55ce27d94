import { expect } from "chai";
import { MarbleError } from "../../domain/errors";
import type { CommitNumber } from "../../domain/keys";
import { actualRows } from "../support/expected-warehouse";
import { startPipeline, type Pipeline } from "../support/pipeline";
import { createSource } from "../support/postgres";
import { actualVersions, expectedVersions, FACT_TABLES, sourceState, type SourceState } from "./oracle";
import { openShop } from "./shop";
import type { Fault, Step } from "./steps";

/** What happened in a history. */
export interface Played {
  readonly commits: number;
  readonly loads: number;
  readonly versions: number;
  readonly runs: number;
  readonly faults: Readonly<Record<Fault["kind"], number>>;
}

/** Injects faults into the requests that the stages make. */
interface Saboteur {
  arm(faults: readonly Fault[]): void;
  readonly struck: Record<Fault["kind"], number>;
}

/**
 * Plays a history over real databases and the S3 protocol, and compares the warehouse with the recorded
 * states of the source after every load.
 * @throws AssertionError at the first difference
 */
export async function play(steps: readonly Step[]): Promise<Played> {
  let requests = 0;
  let armed: readonly Fault[] = [];
  const struck: Saboteur["struck"] = { failBefore: 0, failAfter: 0, cutConnections: 0 };
  const cutting: Promise<unknown>[] = [];
  const strike = async (kind: Fault["kind"]): Promise<boolean> => {
    const hit = armed.some((fault) => fault.at === requests && fault.kind === kind);
    if (hit) struck[kind] += 1;
    if (hit && kind === "cutConnections") {
      const cut = pipeline.source.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'marble' AND datname = ANY ($1)",
        [[pipeline.source.name, pipeline.warehouse.name]],
      );
      cutting.push(cut);
      await cut;
    }
    return hit;
  };
  const source = await createSource({ seeded: true });
  const pipeline = await startPipeline({
    source,
    before: async () => {
      requests += 1;
      await strike("cutConnections");
      if (await strike("failBefore")) throw new Error("injected: lost before it took effect");
    },
    after: async () => {
      if (await strike("failAfter")) throw new Error("injected: took effect, but the answer was lost");
    },
  });
  const shop = await openShop(source);
  const states: SourceState[] = [];
  const played = { commits: 0, loads: 0, versions: 0, runs: 0, faults: struck };
  try {
    for (const step of steps) {
      if (step.kind !== "run") await shop.take(step);
      else {
        requests = 0;
        armed = step.faults;
        await run(step, { pipeline, states, played });
        armed = [];
      }
    }
    await shop.settle();
    for (let round = 0; round < 2; round++) {
      await run(
        { kind: "run", stages: ["ingest", "process", "load"], twice: false, faults: [] },
        { pipeline, states, played, strict: true },
      );
    }
    expect(await loaded(pipeline), "every commit is loaded in the end").to.equal(states.length);
    expect(await actualRows(pipeline.warehouse), "the warehouse shows the source as it is").to.deep.equal(
      (await sourceState(source)).rows,
    );
    return played;
  } finally {
    await Promise.allSettled(cutting);
    await shop.close();
    await pipeline.close();
  }
}

interface Stage {
  readonly pipeline: Pipeline;
  /** What the source was at each commit. */
  readonly states: SourceState[];
  readonly played: { -readonly [Key in keyof Played]: Played[Key] };
  /** Nothing may fail. */
  readonly strict?: boolean;
}

async function run(
  step: Extract<Step, { kind: "run" }>,
  { pipeline, states, played, strict = false }: Stage,
): Promise<void> {
  for (const stage of step.stages) {
    // The application stands still while a run goes on: what is committed now is what the run sees.
    const state = await sourceState(pipeline.source);
    const instances = Array.from({ length: step.twice ? 2 : 1 }, () => pipeline[stage]());
    for (const outcome of await Promise.allSettled(instances)) {
      played.runs += 1;
      if (outcome.status === "rejected") check(outcome.reason, strict);
    }
    if (stage === "ingest") await recordCommits(pipeline, { states, state, played });
    if (stage === "load") await compare(pipeline, { states, played });
  }
}

/** A run may fail when a fault strikes it or another run was first, but only with an error of ours, or of a broken line. */
function check(error: unknown, strict: boolean): void {
  if (!strict && error instanceof MarbleError && error.kind === "transient") return;
  if (
    !strict &&
    error instanceof Error &&
    /injected|ECONNRESET|socket hang up|Connection terminated|aborted/.test(error.message)
  )
    return;
  throw error;
}

async function recordCommits(
  pipeline: Pipeline,
  { states, state, played }: { states: SourceState[]; state: SourceState; played: { commits: number } },
): Promise<void> {
  // Read past the faults of this run: the log is asked until it answers.
  for (let number = states.length + 1; (await readable(pipeline, number)) !== undefined; number++) {
    states.push(state);
    played.commits += 1;
  }
}

async function readable(pipeline: Pipeline, number: number): Promise<unknown> {
  for (;;) {
    try {
      return await pipeline.ingested.log.read(number as CommitNumber);
    } catch (error) {
      check(error, false);
    }
  }
}

async function loaded({ warehouse }: Pipeline): Promise<number> {
  const [ledger] = await warehouse.query<{ found: string | null }>(
    "SELECT to_regclass('marble_ledger')::text AS found",
  );
  if (ledger?.found == null) return 0;
  const [row] = await warehouse.query<{ last: string | null; count: string }>(
    "SELECT max(commit)::text AS last, count(*)::text AS count FROM marble_ledger",
  );
  expect(Number(row?.count), "the ledger has no gap").to.equal(Number(row?.last ?? 0));
  return Number(row?.last ?? 0);
}

/** The warehouse shows exactly the state of the last loaded commit, with all versions up to it. */
async function compare(
  pipeline: Pipeline,
  { states, played }: { states: readonly SourceState[]; played: { loads: number; versions: number } },
): Promise<void> {
  const last = await loaded(pipeline);
  if (last === 0) return;
  played.loads += 1;
  const upTo = states.slice(0, last);
  expect(await actualRows(pipeline.warehouse), `the state of commit ${last}`).to.deep.equal(
    upTo.at(-1)?.rows,
  );
  played.versions = 0;
  for (const fact of FACT_TABLES) {
    const versions = await actualVersions(pipeline.warehouse, fact);
    expect(versions, `the versions in ${fact} after commit ${last}`).to.deep.equal(
      expectedVersions(upTo, fact),
    );
    played.versions += Object.values(versions).reduce((sum, count) => sum + count, 0);
  }
}
