import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** The inputs of an unpacked archive. */
export interface Invocable {
  readonly directory: string;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Works like Lambda: loads the file of `handler`, then calls the export with each event in turn. */
const RUNTIME = `
  const [path, name] = process.env.HANDLER.split(".");
  const handler = require(process.cwd() + "/" + path)[name];
  (async () => {
    const answers = [];
    for (const event of JSON.parse(process.env.EVENTS)) {
      answers.push(await handler(event, {}).catch((error) => ({ error: error.name + ": " + error.message, stack: error.stack })));
    }
    process.stdout.write("\\n" + JSON.stringify(answers));
  })();
`;

/**
 * Calls a function in a fresh Node process in its own folder, with its own environment and nothing else.
 *
 * @returns the answers, in order; a thrown error as `{ error, stack }`
 */
export async function invokeArchive(
  { directory, handler, environment }: Invocable,
  events: readonly unknown[],
): Promise<Record<string, unknown>[]> {
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", RUNTIME], {
    cwd: directory,
    env: { ...environment, HANDLER: handler, EVENTS: JSON.stringify(events) },
  });
  // Everything before the last line is the log.
  return JSON.parse(stdout.slice(stdout.lastIndexOf("\n"))) as Record<string, unknown>[];
}
