import { join } from "node:path";
import type { ReportOutcome } from "../stages/report";
import type { Platform } from "./platform";
import { requireSuccess } from "./run-report";

/** Runs the report once; returns the path of the page. */
export async function makeReport({ cloud, lake }: Platform): Promise<string> {
  const result = await cloud.invoke("report");
  requireSuccess("report", result);
  const { report } = result.payload as ReportOutcome;
  const bucket = (cloud.program.outputs["reports"] as { readonly bucket: string }).bucket;
  return join(lake, "buckets", bucket, report ?? "");
}
