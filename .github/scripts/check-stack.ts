/**
 * `npm run preview -- dev`, `npm run drift -- dev`: asks Pulumi about a stack and writes the answer to
 * `reports/`. Exits with an error if there is no answer; a change is an answer.
 */
import * as z from "zod";
import { askPulumi } from "./ask-pulumi";
import { KINDS, writeReport } from "./stack-report";

async function main(): Promise<void> {
  const [kind, stack] = z.tuple([z.enum(KINDS), z.string().min(1)]).parse(process.argv.slice(2));
  const report = await askPulumi(kind, stack);
  writeReport(process.cwd(), kind, report);
  if (report.outcome === "failed") process.exitCode = 1;
}

void main();
