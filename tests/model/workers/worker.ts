import fc from "fast-check";
import { stopTestServer } from "../../support/postgres/postgres";
import { shopGame } from "../shop/shop";
import type { Game } from "../fixture";
import { generatedGame } from "../generated/game";
import { play } from "../play/play";
import { worlds } from "../play/world";
import type { Answer, GameName, Task } from "./protocol";
import { emptyTally, type Tally } from "./tally";

/** A process that plays given histories on a separate PostgreSQL server. */

/** The maximum time for making a failing history smaller. */
const SHRINKING_MS = 240_000;

const world = worlds();
const say = (answer: Answer): void => void process.send?.(answer);

type Check = (task: Task) => Promise<Answer>;

function checkOf<Drawn>({ drawn, open }: Game<Drawn>): Check {
  return async ({ game, seed, path, shrink }) => {
    let tally: Tally = emptyTally();
    const property = fc.asyncProperty(drawn, async (one) => {
      const { fixture, steps } = open(one);
      tally = await play(steps, fixture, await world.next(fixture));
    });
    const result = await fc.check(property, {
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
        game,
        seed,
        path: result.counterexamplePath ?? path,
        history: JSON.stringify(result.counterexample?.[0] ?? null),
        difference: error instanceof Error ? error.message : String(error),
      },
    };
  };
}

const checks = new Map<GameName, Promise<Check>>();

function check(task: Task): Promise<Answer> {
  const { game } = task;
  const known =
    checks.get(game) ??
    (game === "shop" ? shopGame().then(checkOf) : Promise.resolve(checkOf(generatedGame)));
  checks.set(game, known);
  return known.then((ask) => ask(task));
}

async function end(): Promise<void> {
  await world.close();
  await stopTestServer();
  process.exit();
}

// Ctrl-C reaches this process, too, but only the parent process decides when it ends.
process.on("SIGINT", () => undefined);
process.on("disconnect", () => void end());
process.on("message", (task: Task) => void check(task).then(say));
void world.version().then((version) => say({ kind: "ready", node: process.version, postgres: version }));
