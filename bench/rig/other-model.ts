import { fork } from "node:child_process";
import { once } from "node:events";
import { cp, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { DeclaredFunction } from "../../local/pulumi/program";
import type { Rig } from "./rig";

const PROJECT = resolve(__dirname, "../..");
/** What a copy of the project leaves out: the dependencies are linked, and the rest is not declared. */
const LEFT_OUT: readonly string[] = ["node_modules", ".git", ".marble", "coverage", "tests", "docs"];
const DECLARATIONS = "domain/declarations.ts";
const IMPORT = /^import \{ marts, model, report \} from "\.\/shop\/shop";$/m;

/**
 * The Lambdas that `pulumi up` would deploy with a model of bench/models/ in place of the example.
 * @param model.file the module, which exports the marts and the report too
 * @param model.name the name of the model in it
 */
export async function functionsWith(
  rig: Rig,
  model: { readonly file: string; readonly name: string },
): Promise<readonly DeclaredFunction[]> {
  const folder = join(rig.directory, `program-${model.name}`);
  for (const entry of await readdir(PROJECT))
    if (!LEFT_OUT.includes(entry)) await cp(join(PROJECT, entry), join(folder, entry), { recursive: true });
  await symlink(join(PROJECT, "node_modules"), join(folder, "node_modules"));
  const code = await readFile(join(folder, DECLARATIONS), "utf8");
  if (!IMPORT.test(code)) throw new Error(`${DECLARATIONS} does not import the example as ${String(IMPORT)}`);
  const other = `import { marts, ${model.name} as model, report } from "../bench/models/${model.file}";`;
  await writeFile(join(folder, DECLARATIONS), code.replace(IMPORT, other));

  // A separate process, because this one has loaded the modules of the example.
  const child = fork(join(folder, "bench/rig/declare-functions.ts"), {
    cwd: folder,
    execArgv: ["-r", "./register.cjs"],
  });
  const exit = once(child, "exit") as Promise<[number | null]>;
  const failed = exit.then(([code]) => {
    throw new Error(`the program with the model ${model.name} ended with ${code ?? "a signal"}`);
  });
  const [functions] = (await Promise.race([once(child, "message"), failed])) as [DeclaredFunction[]];
  failed.catch(() => undefined);
  await exit;
  return functions;
}
