import { expect } from "chai";
import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { ProcessCommit } from "../../../domain/log/commit";
import { modelShape, type Model } from "../../../domain/model/model";
import { timeOfKey } from "../../../domain/log/keys";
import { taskMessageKey, type Task } from "../../../domain/log/task";
import { monotonicClock } from "../../../stages/shared/clock";
import {
  runTaskMessages,
  type WorkerResult,
  type WorkerContext,
} from "../../../stages/process/tasks/task-message";
import { failureOf } from "../../support/failure";
import { hireModel } from "../../support/hires/model";
import { startHires, type HirePipeline } from "../../support/hires/pipeline";

/** A hire is about 60 bytes, so that its table has seven files. */
const PART_BYTES = 400;
const SMALL_PART_BYTES = 128;

describe("The tasks of a large commit that workers take", function () {
  this.timeout(60_000);
  let pipeline: HirePipeline;
  /** What was handed out and not taken yet. */
  let queue: string[];
  let keys: string[];
  const start = async (partBytes: number): Promise<void> => {
    pipeline = await startHires();
    queue = [];
    keys = [];
    pipeline.s3.onObjectCreated(({ key }) => {
      keys.push(key);
      if (key.startsWith("task-messages/")) queue.push(key);
    });
    await pipeline.ingest({ partBytes });
  };
  beforeEach(() => start(PART_BYTES));
  afterEach(() => pipeline.close());

  const remodel = (key: string, over: Partial<WorkerContext> = {}): Promise<WorkerResult> => {
    const { ingested, processed } = pipeline;
    const telemetry = { info: () => undefined, warn: () => undefined, count: () => undefined };
    const now = monotonicClock();
    return runTaskMessages([key], {
      ingested,
      processed,
      model: hireModel,
      telemetry,
      now,
      hasTime: () => true,
      ...over,
    });
  };
  /** Takes task messages in order until the work on them ends. */
  async function help(work: Promise<unknown>, over: Partial<WorkerContext> = {}): Promise<string[]> {
    const taken: string[] = [];
    let ended = false;
    void work.finally(() => (ended = true)).catch(() => undefined);
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- the work ends while this waits
    while (!ended) {
      const key = queue.shift();
      if (key === undefined) await setTimeout(2);
      else if ((await remodel(key, over)).commits.length > 0) taken.push(key);
    }
    return taken;
  }
  const resultOf = (key: string): string => key.replace("task-messages/", "tasks/");
  const byRun = (): number =>
    pipeline.logged.filter(({ message }) => message === "transformed a file").length;
  const expectSame = async (): Promise<void> => {
    await pipeline.load();
    await pipeline.expectShown();
  };

  it("are done by workers and the run together, with the files of a single run", async () => {
    // Enough tasks for all three, whichever is slow.
    await pipeline.close();
    await start(SMALL_PART_BYTES);
    const run = pipeline.process({ taskBytes: 0, workers: 2, pause: () => setTimeout(5) });
    const byWorkers = await Promise.all([help(run), help(run)]);
    await run;

    const tasks = keys.filter((key) => key.startsWith("tasks/"));
    expect(new Set(tasks).size, "each result once").to.equal(tasks.length);
    for (const taken of byWorkers) expect(taken.length).to.be.greaterThan(2);
    expect(byRun()).to.be.greaterThan(2);

    const alone = await pipeline.processedIn("alone");
    await pipeline.process({ processed: alone });
    const [shared, single] = await Promise.all([
      contents(await pipeline.processed.log.read(1 as never), pipeline.processed),
      contents(await alone.log.read(1 as never), alone),
    ]);
    expect(shared).to.deep.equal(single);
    await expectSame();
  });

  it("write files with keys between those of the previous and the next commit, whatever a worker's clock says", async () => {
    const change = async (): Promise<void> => {
      await pipeline.source.query("UPDATE hire SET paid = NOT paid WHERE hire_id % 2 = 0");
      await pipeline.ingest({ partBytes: PART_BYTES });
      queue.length = 0;
    };
    await pipeline.process();
    for (const hours of [-5, 5, -5]) {
      await change();
      const run = pipeline.process({ taskBytes: 0, workers: 2, pause: () => setTimeout(5) });
      const now = monotonicClock(() => Date.now() + hours * 3_600_000);
      expect(await help(run, { now }), "done by workers").not.to.deep.equal([]);
      await run;
    }

    const times: number[][] = [];
    for (let number = 1; number <= 4; number++) {
      const commit = (await pipeline.processed.log.read(number as never))!;
      const files = Object.values(commit.tables).flatMap(({ parts }) => parts.flatMap((part) => part.files));
      times.push([...files.map(({ key }) => timeOfKey(key).getTime()), Date.parse(commit.createdAt)]);
    }
    for (const [index, after] of times.slice(1).entries())
      expect(Math.min(...after)).to.be.greaterThan(Math.max(...times[index]!));
  });

  it("are as many as the table has files, less the one that the run keeps", async () => {
    await pipeline.process({ taskBytes: 0, workers: 2, pause: () => Promise.resolve() });

    const { tables } = (await pipeline.ingested.log.read(1 as never))!;
    const { files } = tables["hire"]!;
    expect(files.length).to.be.greaterThan(5);
    const results = keys.filter((key) => key.startsWith("tasks/"));
    expect(results.filter((key) => key.includes("/fact_hire/"))).to.have.lengthOf(files.length);
    expect(queue).to.have.lengthOf(results.length - 1);
    const ofHire = files.map((file) =>
      taskMessageKey({ commit: 1, fed: { table: { name: "fact_hire" }, index: 0 }, file } as Task),
    );
    expect(ofHire.filter((key) => queue.includes(key)).length).to.be.at.least(files.length - 1);
  });

  it("are done by the run itself when no worker answers, after one wait", async () => {
    let waited = 0;
    let waits = 0;
    let last = 0;
    await pipeline.process({
      taskBytes: 0,
      workers: 3,
      pause: (ms) => {
        if (waits > 0 && byRun() !== last) throw new Error("it waits again");
        last = byRun();
        waits += 1;
        waited += ms;
        return Promise.resolve();
      },
    });

    expect(waited).to.be.within(10_000, 60_000);
    expect(byRun()).to.equal(keys.filter((key) => key.startsWith("tasks/")).length);
    await expectSame();
  });

  it("are waited for as long as results arrive, however slowly", async () => {
    let waited = 0;
    await pipeline.process({
      taskBytes: 0,
      workers: 1000,
      pause: async (ms) => {
        waited += ms;
        // A result every nine seconds.
        if (waited < 9000) return;
        waited = 0;
        await remodel(queue.shift()!);
      },
    });

    expect(byRun()).to.equal(1);
    expect(queue).to.deep.equal([]);
  });

  it("are left for the next run when the time is over, and are not sent again", async () => {
    let steps = 0;
    const stopped = await pipeline.process({
      taskBytes: 0,
      workers: 1000,
      pause: () => Promise.resolve(),
      hasTime: () => steps++ < 8,
    });
    expect(stopped.commits).to.deep.equal([]);
    expect(byRun(), "all others are the workers'").to.equal(1);

    await pipeline.process({ taskBytes: 0, workers: 2, pause: () => Promise.resolve() });
    const once = keys.filter((key) => /^(task-messages|tasks)\//.test(key));
    expect(new Set(once).size).to.equal(once.length);
    await expectSame();
  });

  it("are done once when announced twice, and not after the commit", async () => {
    const run = pipeline.process({ taskBytes: 0, workers: 1000, pause: () => setTimeout(5) });
    while (queue.length === 0) await setTimeout(2);
    const key = queue[0]!;
    await Promise.all([remodel(key), remodel(key)]);
    expect(keys.filter((created) => created === resultOf(key))).to.have.lengthOf(1);
    await help(run);
    await run;

    const written = keys.length;
    expect(await remodel(key)).to.deep.equal({ commits: [], tables: {}, rejected: 0 });
    expect(keys).to.have.lengthOf(written);
    await expectSame();
  });

  it("may finish after the commit, and the late result is not used", async () => {
    let held: (() => void) | undefined;
    const until = new Promise<void>((resolve) => (held = resolve));
    const { processed } = pipeline;
    const slow: WorkerContext["processed"] = {
      ...processed,
      store: {
        ...processed.store,
        putIfAbsent: async (key, body) => {
          await until;
          return processed.store.putIfAbsent(key, body);
        },
      },
    };
    const run = pipeline.process({ taskBytes: 0, workers: 2, pause: () => setTimeout(1) });
    while (queue.length === 0) await setTimeout(2);
    const late = remodel(queue[0]!, { processed: slow });
    await run;
    const result = await processed.store.get(resultOf(queue[0]!));
    held!();
    await late;

    expect(await processed.store.get(resultOf(queue[0]!))).to.equal(result);
    await expectSame();
  });

  it("are ignored by another model, and a message without time is not lost", async () => {
    await pipeline.process({ taskBytes: 0, workers: 1000, pause: () => Promise.resolve(), hasTime: once() });
    const key = queue[0]!;
    const written = keys.length;

    const other: Model = { ...hireModel, tables: hireModel.tables.slice(1) };
    expect(modelShape(other)).not.to.equal(modelShape(hireModel));
    expect((await remodel(key, { model: other })).commits).to.deep.equal([]);
    expect((await remodel(key, { model: { ...hireModel, version: 2 } })).commits).to.deep.equal([]);
    const error = await failureOf(remodel(key, { hasTime: () => false }));
    expect(error).to.include({ name: "TransientError", kind: "transient" });
    expect(keys).to.have.lengthOf(written);

    expect((await remodel(key)).commits).to.deep.equal([1]);
    const task = { commit: 1, table: { name: key.split("/")[2] } };
    expect(keys.at(-1)).to.match(new RegExp(`^tasks/0000000001/${task.table.name}/`));
  });

  it("keep the rejected rows and the days that workers find", async () => {
    await pipeline.source.query(
      "UPDATE hire SET due = 'never' WHERE hire_id % 10 = 0; UPDATE hire SET due = '2039-05-06' WHERE hire_id = 1",
    );
    await pipeline.ingest({ partBytes: PART_BYTES });
    const run = pipeline.process({ taskBytes: 0, workers: 1000, pause: () => setTimeout(5) });
    await help(run);

    const bad = await pipeline.source.query("SELECT 1 FROM hire WHERE hire_id % 10 = 0");
    expect((await run).rejected).to.equal(bad.length);
    const { commit } = (await pipeline.processed.log.head())!;
    expect(commit.calendar.last).to.equal("2039-12-31");
  });

  it("fail with the remedy when the object of a message is missing or malformed", async () => {
    const gone = await failureOf(remodel("task-messages/0000000001/fact_hire/x.json"));
    expect(gone.message).to.include("is missing from the bucket processed");
    await pipeline.processed.store.putIfAbsent("task-messages/none.json" as never, "{}");
    const none = await failureOf(remodel("task-messages/none.json"));
    expect(none.message).to.include("task-messages/none.json is not a commit");
    expect((await remodel("commits/0000000001.json")).commits).to.deep.equal([]);
  });
});

const once = (): (() => boolean) => {
  let calls = 0;
  // For the commit, and for the task that the run keeps.
  return () => calls++ < 2;
};

/** The content of each file of each table of a commit. */
async function contents(
  commit: ProcessCommit | undefined,
  { store }: HirePipeline["processed"],
): Promise<Record<string, string[]>> {
  const hashes: Record<string, string[]> = {};
  for (const [name, { parts }] of Object.entries(commit!.tables)) {
    hashes[name] = [];
    for (const { key } of parts.flatMap(({ files, tombstones }) => [...files, ...tombstones])) {
      const hash = createHash("sha256");
      for await (const chunk of await store.stream(key)) hash.update(chunk);
      hashes[name].push(hash.digest("hex"));
    }
  }
  return hashes;
}
