import type { RejectedRow } from "../../../domain/transform/rejection";
import type { Pipeline } from "./pipeline";

/** The rows that the newest process commit has rejected, each with its reason. */
export async function rejectedRows({ processed }: Pick<Pipeline, "processed">): Promise<RejectedRow[]> {
  const { commit } = (await processed.log.head())!;
  const texts = await Promise.all(commit.rejected.files.map(({ key }) => processed.store.get(key)));
  return texts.flatMap((lines) =>
    lines!
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as RejectedRow),
  );
}
