import { resolve } from "node:path";
import { programStore } from "./kept-program";
import { runProgram, type Program, type ProgramOptions } from "./program";

/**
 * The child process of `startProgram` (start-program.ts). Runs the program once, keeps the declared resources for the
 * next start, and sends them.
 */

const PROJECT_FOLDER = resolve(__dirname, "../..");

/** The message of the process: the declared resources, or the error. */
export type ProgramMessage = { readonly program: Program } | { readonly failure: Error };

/** The archives are unpacked by now. Pulumi's objects for them cannot be sent. */
const withoutArchives = (program: Program): Program => ({
  ...program,
  resources: program.resources.map((resource) => {
    const { code: _archive, ...inputs } = resource.inputs;
    return { ...resource, inputs };
  }),
});

async function answer(options: ProgramOptions): Promise<ProgramMessage> {
  try {
    const store = programStore(PROJECT_FOLDER, options);
    const program = withoutArchives(await runProgram(options));
    store.keep(program);
    return { program };
  } catch (error) {
    return { failure: error instanceof Error ? error : new Error(String(error)) };
  }
}

// The parent is gone, so nobody needs an answer.
process.on("disconnect", () => process.exit());
process.once("message", (options: ProgramOptions) => {
  void answer(options).then((message) => process.send?.(message, () => process.exit()));
});
