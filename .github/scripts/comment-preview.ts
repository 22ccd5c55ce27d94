import { markerOf, reportText } from "./report-text";
import type { Repository } from "./github";
import type { StackReport } from "./stack-report";

/** Writes the changes of a pull request as one comment on it, or replaces the comment of an earlier run. */
export async function commentPreview(
  repository: Repository,
  pullRequest: number,
  reports: readonly StackReport[],
): Promise<void> {
  const { runUrl, commit } = repository;
  const body = reportText({ kind: "preview", reports, runUrl, commit });
  const comments = `/issues/${pullRequest}/comments`;
  const earlier = await repository.findOwn(comments, markerOf("preview"));
  if (earlier === undefined) await repository.send("POST", comments, { body });
  else await repository.send("PATCH", `/issues/comments/${earlier}`, { body });
}
