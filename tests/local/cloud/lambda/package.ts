import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { createFunction, type LambdaFunction } from "../../../../local/cloud/lambda/function";
import type { FunctionOptions } from "../../../../local/cloud/lambda/options";

/** The source of a function's package and its differences from the defaults. */
export interface TestFunction extends Partial<Omit<FunctionOptions, "directory">> {
  /** The content of index.js or of several files by name. */
  readonly source: string | Readonly<Record<string, string>>;
}

const cleanups: (() => Promise<void>)[] = [];

/** A function whose deployment package lies outside the project, so that Node cannot find the project's modules. */
export function testFunction({ source, ...options }: TestFunction): LambdaFunction {
  const directory = mkdtempSync(join(tmpdir(), "marble-package-"));
  const files = typeof source === "string" ? { "index.js": source } : source;
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  const lambda = createFunction({
    name: "test-function",
    directory,
    handler: "index.handler",
    timeoutSeconds: 5,
    memoryMb: 256,
    environment: {},
    ...options,
  });
  cleanups.push(async () => {
    lambda.kill();
    await lambda.stop();
    rmSync(directory, { recursive: true });
  });
  return lambda;
}

/** Ends all functions of the test and removes their packages. For use in afterEach. */
export async function removeTestFunctions(): Promise<void> {
  await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
}
