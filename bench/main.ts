import { writeFileSync } from "node:fs";
import { arch, cpus, platform, release, totalmem } from "node:os";
import { INTERRUPTED, untilInterrupted } from "../local/commands/terminal/interruption";
import { MEASURES } from "./measures";
import { helpText, parseOptions, type BenchOptions } from "./options";
import { psqlVersion } from "./rig/psql";
import { markdownTable, present, presentTargets, type MeasureResult } from "./result";
import { inDatabase, startRig, type Rig } from "./rig/rig";
import { printHelp } from "../local/commands/terminal/help";
import { runCommand } from "../local/commands/terminal/run-command";

/** `npm run bench`: see helpText in options.ts. Exits with 1 and the cause if something fails or a result is wrong. */
async function main(): Promise<void> {
  const options = parseOptions(
    process.argv.slice(2),
    MEASURES.map(({ name }) => name),
  );
  if (options.help) {
    printHelp(helpText(MEASURES));
    return;
  }
  const end = await untilInterrupted(async (interrupted) => {
    const rig = await startRig({
      ...options,
      say: (message) => void process.stderr.write(`${new Date().toISOString().slice(11, 19)}  ${message}\n`),
    });
    try {
      await Promise.race([measure(rig, options), interrupted]);
    } finally {
      await rig.stop();
    }
  });
  if (end === "interrupted") process.exitCode = INTERRUPTED;
}

async function measure(rig: Rig, options: BenchOptions): Promise<void> {
  const machine = await describeMachine(rig);
  const chosen = MEASURES.filter(({ name }) => options.only.length === 0 || options.only.includes(name));
  const results: MeasureResult[] = [];
  for (const chosenMeasure of chosen) {
    rig.say(`${chosenMeasure.name}: ${chosenMeasure.title}`);
    const result = await chosenMeasure.run(rig);
    results.push(result);
    if (!options.json) process.stdout.write(`${present(result)}\n\n`);
    if (result.svg !== undefined && options.svg !== undefined) writeFileSync(options.svg, result.svg);
  }
  const { rows, turns } = options;
  if (options.json) process.stdout.write(`${JSON.stringify({ machine, rows, turns, results }, null, 2)}\n`);
  else {
    const facts = markdownTable(
      ["", ""],
      Object.entries({ ...machine, rows: String(rows), turns: String(turns) }),
    );
    process.stdout.write(`## Targets\n\n${presentTargets(results)}\n\n## The run\n\n${facts}\n`);
  }
}

async function describeMachine(rig: Rig): Promise<Readonly<Record<string, string>>> {
  const [row] = await inDatabase<{ version: string }>(
    rig.source.url("postgres"),
    "SELECT current_setting('server_version') AS version",
  );
  const processors = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    processors: `${processors.length} × ${processors[0]?.model ?? "unknown"}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    postgresql: row?.version ?? "unknown",
    psql: (await psqlVersion()) ?? "none; the floor is Node's",
  };
}

runCommand("bench", main);
