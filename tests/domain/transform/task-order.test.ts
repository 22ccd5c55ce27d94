import { expect } from "chai";
import fc from "fast-check";
import { largestLast, nextStep, tasksForWorkers, type Step } from "../../../domain/transform/task-order";

/** The events of a run over `count` tasks of `taskMs` each. */
interface Run {
  readonly worked: readonly number[];
  readonly steps: readonly { readonly step: Step<number>; readonly open: readonly number[] }[];
}

/**
 * Lets a run decide until every task has a result.
 * @param helped returns the handed-out tasks that others finished before a step
 */
function play(options: {
  count: number;
  workers: number;
  taskMs: number;
  chance: () => number;
  helped: (step: number, open: readonly number[]) => readonly number[];
}): Run {
  const { count, workers, taskMs, chance, helped } = options;
  let open: readonly number[] = Array.from({ length: count }, (_, index) => index);
  const sent = new Set(tasksForWorkers(open));
  const worked: number[] = [];
  const steps: { step: Step<number>; open: readonly number[] }[] = [];
  let waitedMs = 0;
  let longestMs: number | undefined;
  while (open.length > 0) {
    if (steps.length > 100 * count + 1000) throw new Error("the run does not end");
    const step = nextStep({ open, workers, waitedMs, longestMs, chance: chance() });
    steps.push({ step, open });
    if (step.kind === "work") {
      worked.push(step.task);
      longestMs = taskMs;
    } else waitedMs += step.ms;
    const done = new Set(helped(steps.length, open).filter((task) => sent.has(task)));
    if (done.size > 0) waitedMs = 0;
    open = open.filter((task) => !done.has(task) && (step.kind === "wait" || task !== step.task));
  }
  return { worked, steps };
}

const situation = fc.record({
  count: fc.integer({ min: 2, max: 40 }),
  workers: fc.integer({ min: 0, max: 12 }),
  taskMs: fc.integer({ min: 1, max: 60_000 }),
  chance: fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
});
const chances = (stream: Iterator<number>) => (): number => Number(stream.next().value);

describe("A run over the tasks of a large commit", () => {
  it("ends with every result, regardless of the workers", () => {
    fc.assert(
      fc.property(situation, fc.infiniteStream(fc.nat({ max: 12 })), ({ chance, ...rest }, finishing) => {
        const helped = (_step: number, open: readonly number[]): readonly number[] =>
          rest.workers === 0 ? [] : open.slice(0, Number(finishing.next().value) % (rest.workers + 1));
        const { worked } = play({ ...rest, chance: chances(chance), helped });
        expect(new Set(worked).size, "no task twice").to.equal(worked.length);
      }),
    );
  });

  it("begins with the task that it did not hand out", () => {
    fc.assert(
      fc.property(situation, ({ chance, ...rest }) => {
        const { worked } = play({ ...rest, chance: chances(chance), helped: () => [] });
        expect(worked[0]).to.equal(rest.count - 1);
      }),
    );
  });

  it("takes a task from the workers only after waiting for several task durations", () => {
    fc.assert(
      fc.property(situation, ({ chance, ...rest }) => {
        const { steps } = play({ ...rest, chance: chances(chance), helped: () => [] });
        let waited = 0;
        for (const { step, open } of steps.slice(1)) {
          if (step.kind === "wait") waited += step.ms;
          else if (open.indexOf(step.task) < rest.workers) expect(waited).to.be.at.least(3 * rest.taskMs);
        }
      }),
    );
  });

  it("waits once and briefly when nobody helps, and never without workers", () => {
    fc.assert(
      fc.property(situation, ({ chance, ...rest }) => {
        const { steps } = play({ ...rest, chance: chances(chance), helped: () => [] });
        const waits = steps.flatMap(({ step }) => (step.kind === "wait" ? [step.ms] : []));
        const total = waits.reduce((sum, ms) => sum + ms, 0);
        expect(total).to.be.at.most(rest.workers === 0 ? 0 : 12_000 + 3 * rest.taskMs);
        expect(Math.max(0, ...waits)).to.be.at.most(2000);
        expect(waits).to.deep.equal([...waits].sort((a, b) => a - b));
      }),
    );
  });

  it("hands out large tasks first and keeps the largest", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 50 }), { minLength: 1 }), (sizes) => {
        const order = largestLast(sizes, (bytes) => bytes);
        expect([...order].sort((a, b) => a - b)).to.deep.equal([...sizes].sort((a, b) => a - b));
        expect(order.at(-1)).to.equal(Math.max(...sizes));
        expect(tasksForWorkers(order)).to.deep.equal([...tasksForWorkers(order)].sort((a, b) => b - a));
      }),
    );
    expect(largestLast([], () => 0)).to.deep.equal([]);
  });

  it("hands out one of two tasks and does the other", () => {
    expect(tasksForWorkers(["a", "b"])).to.deep.equal(["a"]);
    expect(
      nextStep({ open: ["a", "b"], workers: 4, waitedMs: 0, longestMs: undefined, chance: 0 }),
    ).to.deep.equal({ kind: "work", task: "b" });
    expect(nextStep({ open: ["a"], workers: 4, waitedMs: 0, longestMs: 5, chance: 0 })).to.deep.equal({
      kind: "wait",
      ms: 200,
    });
  });
});
