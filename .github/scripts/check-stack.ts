/**
 * `npm run preview -- dev`, `npm run drift -- dev`: checks a stack with Pulumi and writes the result to `reports/`.
 * Exits with an error if there is no result. Changes are a result, and so is a missing stack.
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
        'docs/deploy.md explains how to create it, under "The stack".',
    );
  }
  if (report.outcome === "failed") process.exitCode = 1;
});
