import { TerminalError } from "../../domain/errors";

/**
 * Reads a variable of the Lambda's environment, which the program sets.
 * @throws TerminalError when it is missing
 */
export function readEnvironment(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") {
    throw new TerminalError(
      `the environment variable ${name} is not set: deploy the function with the program in index.ts`,
    );
  }
  return value;
}
