import { hunt } from "./bug-hunt";
import { playAll } from "../workers/pool";
import { failureText, taskOf, type Task } from "../workers/protocol";
import { tallyTable } from "../workers/tally";
import { HELP, parseTortureOptions, type TortureOptions } from "./torture-options";
import { printHelp } from "../../../local/commands/terminal/help";
import { runCommand } from "../../../local/commands/terminal/run-command";

/** `npm run torture`: any number of generated histories. */

async function torture(options: TortureOptions, interrupted: () => boolean): Promise<boolean> {
  const { histories, seed, path } = options;
  const game = options.generated ? "generated" : "shop";
  const total = path === undefined ? histories : 1;
  const end = performance.now() + options.minutes * 60_000;
  process.stderr.write(`seed ${seed}\n`);
  let index = 0;
  const next = (): Task | undefined => {
    if (index >= total || interrupted() || performance.now() > end) return undefined;
    const task = taskOf(game, seed, index++);
    return path === undefined ? task : { game, seed, path, shrink: false };
  };
  const progress = startProgress(total);
  const played = await playAll({
    workers: Math.min(options.workers, total),
    next,
    shrink: path === undefined,
    onPlayed: ({ histories: done, commits, runs }) => progress(done, `${commits} commits, ${runs} runs`),
  });
  const { tally, failure, seconds, node, postgres } = played;
  const table = tallyTable(tally, {
    mismatches: failure === undefined ? "0" : "1",
    duration: `${Math.round(seconds)} s, ${options.workers} workers`,
    seed: String(seed),
    "Node, PostgreSQL": `${node}, ${postgres}`,
    date: new Date().toISOString().slice(0, 10),
  });
  process.stdout.write(`\n${table}\n`);
  if (failure !== undefined) process.stdout.write(`\nMISMATCH ${failureText(failure)}\n`);
  return failure === undefined;
}

const INTERVAL_MS = 2000;

/** Prints a line of progress at intervals: the number of histories, the speed, and the expected end. */
function startProgress(total: number): (done: number, more: string) => void {
  const started = performance.now();
  let printed = started;
  return (done, more) => {
    const now = performance.now();
    if (now - printed < INTERVAL_MS && done < total) return;
    printed = now;
    const rate = done / ((now - started) / 1000);
    const left = Number.isFinite(total) ? `, ${Math.ceil((total - done) / rate)} s left` : "";
    const of = Number.isFinite(total) ? ` of ${total}` : "";
    process.stderr.write(`${done}${of} histories, ${rate.toFixed(2)} a second${left}; ${more}\n`);
  };
}

async function main(): Promise<number> {
  const options = parseTortureOptions(process.argv.slice(2));
  if (options.help) {
    printHelp(HELP);
    return 0;
  }
  const asked = { toStop: false };
  process.on("SIGINT", () => {
    // A second signal, which npm may pass on, changes nothing. The workers finish their histories.
    asked.toStop = true;
  });
  const fine = options.bugs
    ? await hunt({ ...options, interrupted: () => asked.toStop })
    : await torture(options, () => asked.toStop);
  return asked.toStop ? 130 : fine ? 0 : 1;
}

runCommand("torture", async () => {
  process.exitCode = await main();
});
