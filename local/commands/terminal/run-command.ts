import { messageOf } from "../../../domain/errors";
import { hasCode } from "../../cloud/errno";
import { paint } from "./paint";

/**
 * Runs a command to its end. An error becomes one line on standard error and the exit code 1. A closed reader of the
 * output, such as `head`, is not an error.
 */
export function runCommand(name: string, command: () => Promise<void>): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error) => {
      if (!hasCode(error, "EPIPE")) throw error;
    });
  command().catch((error: unknown) => {
    const { stderr } = process;
    stderr.write(`${paint("red", `${name}:`, stderr)} ${messageOf(error)}\n`);
    process.exitCode = 1;
  });
}
