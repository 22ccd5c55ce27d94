import fc from "fast-check";
import { stopTestServer } from "../support/postgres/postgres";
import { history } from "./histories";
import { play } from "./play";
import type { Answer, Task } from "./protocol";
import type { Step } from "./steps";
import { emptyTally, type Tally } from "./tally";
import { worlds } from "./world";

/** A process that plays the histories that it is told to, on a PostgreSQL server of its own. */

/** A failing history is made smaller for no longer than this. */
const SHRINKING_MS = 240_000;

const world = worlds();
const say = (answer: Answer): void => void process.send?.(answer);

async function check({ seed, path, shrink }: Task): Promise<Answer> {
  let tally: Tally = emptyTally();
  const property = fc.asyncProperty(history, async (steps) => {
    tally = await play(steps, await world.next());
  });
  const result = await fc.check<[readonly Step[]]>(property, {
    seed,
    path,
    numRuns: 1,
    endOnFailure: !shrink,
    ...(shrink && { interruptAfterTimeLimit: SHRINKING_MS }),
  });
  if (!result.failed) return { kind: "passed", tally };
  const { errorInstance: error } = result;
  return {
    kind: "failed",
    failure: {
      seed,
      path: result.counterexamplePath ?? path,
      history: JSON.stringify(result.counterexample?.[0] ?? []),
      difference: error instanceof Error ? error.message : String(error),
    },
  };
}

async function end(): Promise<void> {
  await world.close();
  await stopTestServer();
  process.exit();
}

// The terminal's Ctrl-C reaches this process too; the one that started it says when to end.
process.on("SIGINT", () => undefined);
process.on("disconnect", () => void end());
process.on("message", (task: Task) => void check(task).then(say));
void world.next().then(({ version }) => say({ kind: "ready", node: process.version, postgres: version }));
