import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import type { Answer, Failure, Task } from "./protocol";
import { addTally, emptyTally, type Tally } from "./tally";

/** The results of some histories. */
interface Played {
  readonly tally: Tally;
  readonly failure: Failure | undefined;
  readonly seconds: number;
  readonly node: string;
  readonly postgres: string;
}

interface PoolOptions {
  readonly workers: number;
  /** The next history; undefined when there is none. */
  readonly next: () => Task | undefined;
  /** A failing history is being made smaller. */
  readonly shrink: boolean;
  readonly onPlayed?: (tally: Tally) => void;
  /** The folder of the tested code. */
  readonly project?: string;
}

/** Plays histories in several processes, each with its own PostgreSQL server, until one fails. */
export async function playAll(options: PoolOptions): Promise<Played> {
  const { project = resolve(__dirname, "../../..") } = options;
  const tally = emptyTally();
  const failures: Failure[] = [];
  let versions = { node: "", postgres: "" };
  let started = 0;

  const work = async (child: ChildProcess): Promise<void> => {
    const first = await answer(child);
    if (first.kind === "ready") versions = first;
    started ||= performance.now();
    for (let task = next(); task !== undefined; task = next()) {
      const outcome = await ask(child, task);
      if (outcome.kind === "passed") {
        addTally(tally, outcome.tally);
        options.onPlayed?.(tally);
      } else if (outcome.kind === "failed") {
        failures.push(outcome.failure);
        if (options.shrink && failures.length === 1)
          failures[0] = await smallest(child, task, outcome.failure);
      }
    }
  };
  const next = (): Task | undefined => (failures.length === 0 ? options.next() : undefined);
  const children = Array.from({ length: options.workers }, () =>
    fork(join(project, "tests/model/workers/worker.ts"), {
      cwd: project,
      // Coverage makes a history a third slower, and other tests cover the same lines.
      env: { ...process.env, NODE_V8_COVERAGE: "" },
      execArgv: ["--no-warnings", "-r", "./register.cjs"],
    }),
  );
  const exits = children.map((child) => once(child, "exit"));
  try {
    await Promise.all(children.map(work));
  } finally {
    for (const child of children) if (child.connected) child.disconnect();
    await Promise.all(exits);
  }
  return { tally, failure: failures[0], seconds: (performance.now() - started) / 1000, ...versions };
}

/** Plays a failed history again, and searches for the smallest history that fails. */
async function smallest(child: ChildProcess, task: Task, failure: Failure): Promise<Failure> {
  const outcome = await ask(child, { ...task, shrink: true });
  if (outcome.kind === "failed") return outcome.failure;
  const note = "; played again it did not fail: it depends on the moment";
  return { ...failure, difference: failure.difference + note };
}

async function ask(child: ChildProcess, task: Task): Promise<Answer> {
  const answered = answer(child);
  child.send(task);
  return answered;
}

async function answer(child: ChildProcess): Promise<Answer> {
  const controller = new AbortController();
  const { signal } = controller;
  try {
    return await Promise.race([
      once(child, "message", { signal }).then(([message]) => message as Answer),
      once(child, "exit", { signal }).then(([code]) => {
        throw new Error(`a worker ended with status ${String(code)}`);
      }),
    ]);
  } finally {
    controller.abort();
  }
}
