import { expect } from "chai";
import type { CommitNumber } from "../../../domain/log/keys";
import { MarbleError } from "../../../domain/errors";
import { lakeIn, s3Client } from "../../support/pipeline/pipeline";
import { endConnections } from "../../support/oracle/tiny-totesys";
import { createInstance, type Ended, type Instance } from "./instance";
import { contractsOf } from "../../../domain/model/model";
import type { SourceChange, Fixture } from "../fixture";
import type { Witness } from "../oracle/witness";
import { difference } from "../oracle/difference";
import { expectAfter, type Expectation } from "../oracle/expectation";
import { observeWarehouse, type WarehouseState } from "../oracle/warehouse";
import type { Event, SourceStep, Step } from "../histories/steps";
import { count, emptyTally, type Tally } from "../workers/tally";
import { watchRace } from "./race";
import type { World } from "./world";

/** Longer than any run takes. A longer run counts as hanging. */
const WORKER_TIMEOUT_MS = 60_000;

/** Runs the stages without faults until no work is left. */
const QUIET: Omit<Event<SourceChange>, "stage"> = {
  twice: false,
  pause: null,
  skew: 0,
  faults: [],
  meanwhile: null,
};

/** The state of a running history. */
interface Stage {
  readonly world: World;
  readonly fixture: Fixture;
  readonly witness: Witness;
  readonly s3Url: string;
  readonly log: ReturnType<typeof lakeIn>;
  readonly withMarts: boolean;
  readonly partBytes: number;
  readonly mostKeys: number;
  /** The instances by the names with which they sign. */
  readonly instances: Map<string, Instance>;
  /** One for each commit. */
  readonly expected: Expectation[];
  readonly tally: Tally;
}

/**
 * Plays a history over real databases and the S3 protocol, and compares the warehouse with what the states
 * of the source demand, after every load.
 * @throws Error at the first difference
 */
export async function play(
  steps: readonly Step<SourceChange>[],
  fixture: Fixture,
  world: World,
): Promise<Tally> {
  const instances = new Map<string, Instance>();
  const lake = await world.startLake({
    before: (request) => instances.get(request.accessKeyId ?? "")?.before(request),
    after: (request) => instances.get(request.accessKeyId ?? "")?.after(request),
  });
  const client = s3Client(lake.s3.url, "oracle");
  const stage: Stage = {
    world,
    fixture,
    witness: fixture.witness(),
    s3Url: lake.s3.url,
    log: lakeIn(client, { ingestion: "ingestion", processed: "processed" }),
    // Only some histories have marts, because marts need most of the statements of a load.
    withMarts: steps.length % 4 === 0,
    // In some histories, a capture has several files.
    partBytes: steps.length % 3 === 0 ? 500 : Infinity,
    // In every other history, the keys of few changes fit into memory.
    mostKeys: steps.length % 2 === 0 ? 1 : Infinity,
    instances,
    expected: [],
    tally: emptyTally(),
  };
  try {
    for (const step of steps) {
      if (step.kind !== "run") await take(step, stage);
      else {
        count(stage.tally.arrivals, step.arrival);
        for (const event of step.events) await happen(event, stage);
      }
    }
    await world.application.settle("COMMIT");
    for (const name of ["ingest", "process", "load", "ingest", "process", "load"] as const)
      await happen({ stage: name, ...QUIET }, stage);
    await compareEnd(stage);
    stage.tally.histories = 1;
    for (const [what, by] of Object.entries(fixture.has)) count(stage.tally.models, what, by);
    return stage.tally;
  } finally {
    client.destroy();
    await lake.close();
  }
}

async function take(step: SourceStep<SourceChange>, { world, tally }: Stage): Promise<void> {
  if (!(await world.application.take(step))) return;
  if ("change" in step) count(tally.changes, step.change.what);
  else count(tally.transactions, step.kind);
}

/** An event starts one or two instances of a stage. */
async function happen(event: Event<SourceChange>, stage: Stage): Promise<void> {
  const { world, tally } = stage;
  const ingests = event.stage === "ingest";
  if (ingests) await remember(stage);
  const clock = (runs: number): (() => number) => {
    // Runs are minutes apart. Parallel runs have the same clock.
    const start = runs * 60_000 + event.skew * 3_600_000;
    return () => Date.now() + start;
  };
  const watch = watchRace(event);
  const instances = Array.from({ length: event.twice ? 2 : 1 }, (_, index) =>
    createInstance(event.stage, {
      name: `run-${tally.runs}-${index}`,
      world,
      fixture: stage.fixture,
      s3Url: stage.s3Url,
      clock: clock(tally.runs),
      faults: event.faults.filter(({ instance }) => instance === index),
      withMarts: stage.withMarts,
      partBytes: stage.partBytes,
      mostKeys: stage.mostKeys,
      counts: tally.faults,
      onStep: async (isAt) => {
        if (!event.twice && event.meanwhile !== null && isAt(event.meanwhile.at))
          await meanwhile(event.meanwhile.steps, stage);
        await watch.onStep(index, isAt);
      },
    }),
  );
  for (const instance of instances) stage.instances.set(instance.name, instance);
  const ended = await soon(
    Promise.all(instances.map((instance, index) => instance.run().finally(() => watch.onEnd(index)))),
    event.stage,
  );
  tally.runs += instances.length;
  for (const end of ended) {
    tally.steps += end.steps;
    if (end.error !== undefined) tally.failedRuns += 1;
    check(end, { raced: event.twice });
  }
  if (event.twice) {
    tally.races += 1;
    if (watch.interleaved()) tally.interleaved += 1;
    if (watch.overtaken()) tally.overtaken += 1;
  }
  if (ended.some(({ struck }) => struck)) await endConnections(world.source);
  if (ingests) await recordCommits(stage);
  if (event.stage === "load") await compare(stage);
}

async function meanwhile(steps: readonly SourceStep<SourceChange>[], stage: Stage): Promise<void> {
  for (const step of steps) {
    await take(step, stage);
    await remember(stage);
  }
}

/** Records the state of the source. Each commit has one of the recorded states. */
const remember = ({ world, witness }: Stage): Promise<void> => witness.look(world.source);

/** A run may fail after a fault or after losing a race, but only with an error of Marble or of a broken connection. */
function check({ error, struck, dead }: Ended, { raced }: { raced: boolean }): void {
  if (error === undefined || dead) return;
  if (error instanceof MarbleError && error.kind === "transient" && (struck || raced)) return;
  const broken = /injected|ECONNRESET|socket hang up|aborted/;
  if (struck && error instanceof Error && broken.test(error.message)) return;
  throw error as Error;
}

async function recordCommits({ log, fixture, witness, expected, tally }: Stage): Promise<void> {
  const { layouts, model } = fixture;
  const sources = contractsOf(model);
  for (;;) {
    const commit = await log.ingested.log.read((expected.length + 1) as CommitNumber);
    if (commit === undefined) break;
    const recaptured = Object.entries(commit.tables).filter(
      ([name, { recapture }]) => recapture && sources.has(name),
    );
    const observation = witness.commit(commit.snapshot);
    const options = { layouts, recaptured: new Set(recaptured.map(([name]) => name)) };
    expected.push(expectAfter(expected.at(-1), observation, options));
    tally.commits += 1;
  }
  witness.forget();
}

const observe = ({ world, fixture }: Stage): Promise<WarehouseState> =>
  observeWarehouse(world.warehouse, { ...fixture, schema: fixture.warehouseSchema });

/** The warehouse shows exactly the state of the last loaded commit, with all versions up to it. */
async function compare(stage: Stage): Promise<void> {
  const { expected, tally } = stage;
  const actual = await observe(stage);
  expect(actual.commits, "the ledger has no gap").to.equal(actual.head);
  const wanted = expected[actual.head - 1];
  if (wanted === undefined) {
    expect(actual.head, "loaded commits").to.equal(0);
    return;
  }
  const differs = difference(wanted, actual);
  if (differs !== undefined) throw new Error(`after commit ${actual.head}: ${differs}`);
  tally.loads += 1;
  for (const rows of actual.waiting.values()) tally.waiting += rows;
  tally.versions = [...actual.versions.values()]
    .flatMap((rows) => [...rows.values()])
    .reduce((sum, versions) => sum + versions.length, 0);
}

/** At the end, everything is loaded, and the rejected files of each commit have its invalid versions. */
async function compareEnd(stage: Stage): Promise<void> {
  const { log, expected, tally } = stage;
  expect((await observe(stage)).head, "every commit is loaded in the end").to.equal(expected.length);
  for (const [index, { rejected, missing }] of expected.entries()) {
    const commit = await log.processed.log.read((index + 1) as CommitNumber);
    expect(commit?.quarantine, `tables in quarantine at commit ${index + 1}`).to.deep.equal({});
    const rows = commit?.rejected.rows;
    expect(rows, `rejected rows of commit ${index + 1}`).to.be.within(rejected.atLeast, rejected.atMost);
    const lacking = Object.entries(commit?.sources ?? {}).flatMap(([name, source]) =>
      source.rejected > 0 ? [[name, source.rejected] as const] : [],
    );
    expect(new Map(lacking), `missing rows after commit ${index + 1}`).to.deep.equal(missing);
    tally.rejected += rows ?? 0;
  }
}

async function soon<T>(promise: Promise<T>, stage: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`a run of ${stage} hangs`)), WORKER_TIMEOUT_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
