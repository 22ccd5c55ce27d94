import { join } from "node:path";
import type { ReportOutcome } from "../../stages/report";
import type { Platform } from "../platform";
import { requireSuccess } from "./run-report";

/** Runs the report once; returns the path of the page, undefined where nothing is loaded. */
export async function makeReport({
  cloud,
  lake,
}: Pick<Platform, "cloud" | "lake">): Promise<string | undefined> {
  const result = await cloud.invoke("report");
  requireSuccess("report", result);
  const { report } = result.payload as ReportOutcome;
  if (report === null) return undefined;
  const { bucket } = cloud.program.outputs["reports"] as { readonly bucket: string };
  return join(lake, "buckets", bucket, report);
}
