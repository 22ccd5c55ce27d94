import { writeFileSync } from "node:fs";
import { arch, cpus, platform, release, totalmem } from "node:os";
import { INTERRUPTED, untilInterrupted } from "../local/commands/terminal/interruption";
import { MEASURES, type MeasureName } from "./measures";
import { measureArchive } from "./measures/archive";
import { measureGrowth } from "./measures/growth";
import { measureIdle } from "./measures/idle";
import { measureIncremental } from "./measures/incremental";
import { measureJoined } from "./measures/joined";
import { measurePipeline } from "./measures/pipeline";
import { measureSource } from "./measures/source";
import { measureUpsert } from "./measures/upsert";
import type { BenchOptions } from "./options";
import { psqlVersion } from "./rig/psql";
import { markdownTable, present, presentTargets, type MeasureResult } from "./result";
import { inDatabase, startRig, type Rig } from "./rig/rig";

const MEASURE: Readonly<Record<MeasureName, (rig: Rig) => Promise<MeasureResult>>> = {
  pipeline: measurePipeline,
  upsert: measureUpsert,
  incremental: measureIncremental,
  idle: measureIdle,
  joined: measureJoined,
  growth: measureGrowth,
  archive: measureArchive,
  source: measureSource,
};

/** Takes the chosen measures, and prints the results. */
export async function runBench(options: BenchOptions): Promise<void> {
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
  for (const { name, title } of chosen) {
    rig.say(`${name}: ${title}`);
    const result = await MEASURE[name](rig);
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
