import { spawn } from "node:child_process";
import type * as z from "zod";

/** A failure that a person can fix. The message says what is wrong and what to do. */
export class Refusal extends Error {}

/** Thrown to show the usage of a script. */
class UsageWanted extends Error {}

/** Runs a script. A refusal prints its message. Any other error is a fault of the script and prints its stack. */
export function runScript(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    if (error instanceof UsageWanted) {
      console.log(error.message);
      return;
    }
    console.error(error instanceof Refusal ? error.message : error);
    process.exitCode = 1;
  });
}

/**
 * Reads the arguments of the script.
 *
 * @param usage the usage of the script
 * @throws Refusal with the usage if the arguments do not fit. With -h or --help, it throws to end the script with the
 *   usage.
 */
export function readArguments<T>(schema: z.ZodType<T>, usage: string): T {
  const given = process.argv.slice(2);
  if (given.some((argument) => argument === "-h" || argument === "--help"))
    throw new UsageWanted(`Usage: ${usage}`);
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new Refusal(`The arguments "${given.join(" ")}" do not fit. Usage: ${usage}`);
}

/** The output of a command, and how it ended. */
interface Ended {
  /** null when a signal ended it */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to install the commands that the scripts need. */
const REMEDIES: Readonly<Record<string, string>> = {
  pulumi: "Install the Pulumi CLI (https://www.pulumi.com/docs/install/), or add its folder to PATH.",
  git: "Install Git, or add its folder to PATH.",
};

/**
 * Runs a command to its end, whatever its exit code.
 *
 * @param onOutput receives the output of the command as it arrives
 * @throws Refusal if the command does not exist.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  onOutput: (text: string) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  const written = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      written[stream] += text;
      onOutput(text);
    });
  }
  const code = await new Promise<number | null>((done, failed) => {
    child.once("close", done).once("error", (cause: NodeJS.ErrnoException) => {
      const missing = cause.code === "ENOENT";
      failed(
        missing ? new Refusal(`The command ${command} was not found. ${REMEDIES[command] ?? ""}`) : cause,
      );
    });
  });
  return { code, ...written };
}
