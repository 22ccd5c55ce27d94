import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { zipSync } from "fflate";
import { messageOf } from "../../domain/errors";
import { ingest } from "../../handlers/ingest";
import { load } from "../../handlers/load";
import { processIngestion } from "../../handlers/process";
import { closureArchive, type UnpackedArchive } from "../rig/closure-archive";
import { STAGES } from "../rig/lake";
import type { MeasureResult } from "../result";
import type { Rig } from "../rig/rig";
import { byTurns, median, ratio, type Contestant } from "../turns";

const run = promisify(execFile);
const HANDLERS = { ingest, process: processIngestion, load };

/** The size of each Lambda's archive and the time to load it in a new process, compared with a plain closure. */
export async function measureArchive(rig: Rig): Promise<MeasureResult> {
  const archives: Record<string, UnpackedArchive> = {};
  const problems: string[] = [];
  for (const stage of STAGES) {
    const declared = rig.functions.find(
      ({ environment }) => environment["POWERTOOLS_SERVICE_NAME"] === stage,
    );
    if (declared === undefined) throw new Error(`the program declares no function for the stage ${stage}`);
    archives[stage] = declared;
    const closure = await closureArchive(HANDLERS[stage], join(rig.directory, "closures", stage));
    archives[`${stage}, plain closure`] = closure;
    if (closure.problem !== undefined) {
      problems.push(
        `The closure of ${stage} cannot be serialised (${closure.problem}); measured instead: our code in one file, next to every package as Pulumi ships it.`,
      );
    }
  }
  const contestants: Record<string, Contestant<number>> = {};
  for (const [name, archive] of Object.entries(archives)) {
    try {
      // The first load fills the disk's caches. An archive that cannot load has no time.
      await loadSeconds(archive);
      contestants[name] = () => loadSeconds(archive);
    } catch (error) {
      problems.push(
        `${name} does not load: ${
          messageOf(error)
            .split("\n")
            .find((line) => /Error/.test(line)) ?? ""
        }`,
      );
    }
  }
  const measured = await byTurns(3 * rig.turns, contestants);
  const of = (name: string): number[] => measured[name] ?? [NaN];
  const sizes = Object.fromEntries(
    Object.entries(archives).map(([name, archive]) => [name, sizeOf(archive)]),
  );
  return {
    name: "archive",
    title: "The archives of the Lambdas",
    columns: ["", "MB zipped", "MB", "files", "load ms", "× plain closure"],
    rows: Object.keys(archives).map((name) => {
      const { zipped = NaN, bytes = NaN, files = NaN } = sizes[name] ?? {};
      const plain = of(`${name.split(",")[0] ?? ""}, plain closure`);
      return [name, zipped / 1e6, bytes / 1e6, files, 1000 * median(of(name)), ratio(of(name), plain)];
    }),
    targets: STAGES.flatMap((stage) => [
      {
        what: `archive of ${stage}`,
        limit: 1,
        actual: (sizes[stage]?.zipped ?? NaN) / 1e6,
        unit: "MB zipped",
      },
      {
        what: `${stage} loads in a fresh process`,
        limit: 0.5,
        actual: ratio(of(stage), of(`${stage}, plain closure`)),
        unit: "× plain closure",
      },
    ]),
    notes: [
      "Load time: in a new process, the time to require the handler's module, without the start of Node.",
      "The plain closure is the archive that aws.lambda.CallbackFunction makes of the same handler.",
      ...problems,
    ],
  };
}

const LOAD = `
  const started = performance.now();
  const [path, name] = process.env.HANDLER.split(".");
  const handler = require(process.cwd() + "/" + path)[name];
  const took = performance.now() - started;
  if (typeof handler !== "function") throw new Error("no handler");
  process.stdout.write("\\n" + took);
  process.exit();
`;

async function loadSeconds({ directory, handler }: UnpackedArchive): Promise<number> {
  const { stdout } = await run(process.execPath, ["-e", LOAD], {
    cwd: directory,
    env: { HANDLER: handler, AWS_REGION: "eu-west-2" },
  });
  return Number(stdout.slice(stdout.lastIndexOf("\n"))) / 1000;
}

function sizeOf({ directory }: UnpackedArchive): { zipped: number; bytes: number; files: number } {
  const contents: Record<string, Uint8Array> = {};
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    contents[relative(directory, path)] = readFileSync(path);
  }
  const bytes = Object.values(contents).reduce((sum, content) => sum + content.length, 0);
  return { zipped: zipSync(contents).length, bytes, files: Object.keys(contents).length };
}
