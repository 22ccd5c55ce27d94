/**
 * `npm run publish-reports -- preview dev prod`, or `drift`: publishes the reports of `check-stack.ts` as the comment
 * of a pull request or as an issue. Runs only in a job of a workflow.
 */
import * as z from "zod";
import { commentPreview } from "./comment-preview";
import { repositoryOf } from "./github";
import { readArguments, runScript } from "./script";
import { KINDS, readReports } from "./stack-report";
import { trackDrift } from "./track-drift";

runScript(async () => {
  const [kind, ...stacks] = readArguments(
    z.tuple([z.enum(KINDS), z.string()], z.string()),
    "npm run publish-reports -- preview|drift STACK ...",
  );
  const reports = readReports(process.cwd(), kind, stacks);
  const repository = repositoryOf(process.env);
  if (kind === "preview") {
    await commentPreview(repository, z.coerce.number().int().parse(process.env["PULL_REQUEST"]), reports);
  } else {
    console.log(`drift issue: ${await trackDrift(repository, reports)}`);
  }
});
