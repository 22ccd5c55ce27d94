/**
 * `npm run preview -- dev`, `npm run drift -- dev`: asks Pulumi about a stack and writes the answer to
 * `reports/`. Exits with an error if there is no answer. A change is an answer, and so is that the stack does not exist.
 */
import * as z from "zod";
import { askPulumi } from "./ask-pulumi";
import { readArguments, runScript } from "./script";
import { KINDS, writeReport } from "./stack-report";

runScript(async () => {
  const [kind, stack] = readArguments(
    z.tuple([z.enum(KINDS), z.string().min(1)]),
    "npm run preview -- STACK, or npm run drift -- STACK",
  );
  const report = await askPulumi(kind, stack);
  writeReport(process.cwd(), kind, report);
  if (report.outcome === "absent") {
    console.log(
      `The stack ${stack} does not exist in this backend, so there is nothing to compare. ` +
        'docs/deploy.md says how to make it, under "The stack".',
    );
  }
  if (report.outcome === "failed") process.exitCode = 1;
});
