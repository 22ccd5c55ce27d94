import * as z from "zod";
import type { Datum } from "./metric-store";

const embedded = z.looseObject({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string() })),
      }),
    ),
  }),
});

/**
 * The metrics in a line of a function's log (CloudWatch embedded metric format), each one once for every set of
 * dimensions and every value of a list. Other lines have none.
 */
export function embeddedMetrics(line: string): Datum[] {
  if (!line.includes('"_aws"')) return [];
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return [];
  }
  const parsed = embedded.safeParse(json);
  if (!parsed.success) return [];
  const { _aws: aws, ...members } = parsed.data;
  return aws.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((name) => [name, String(members[name])]));
      return Metrics.flatMap(({ Name: metric }) =>
        [members[metric]]
          .flat()
          .filter((value) => typeof value === "number")
          .map((value) => ({ namespace, metric, dimensions, value, at: new Date(aws.Timestamp) })),
      );
    }),
  );
}
