import { markerOf, reportText } from "./report-text";
import type { Repository } from "./github";
import type { StackReport } from "./stack-report";

/** What becomes of the issue. `leave` it as it is: nothing drifted, but not every stack could be asked. */
export type DriftDecision = "open" | "update" | "close" | "leave";

export function decideDrift(reports: readonly StackReport[], issueIsOpen: boolean): DriftDecision {
  if (reports.some(({ outcome }) => outcome === "changed")) return issueIsOpen ? "update" : "open";
  return issueIsOpen && reports.every(({ outcome }) => outcome === "unchanged") ? "close" : "leave";
}

/** Keeps one open issue while there is drift: opens it, writes it anew, closes it when the drift is gone. */
export async function trackDrift(
  repository: Repository,
  reports: readonly StackReport[],
): Promise<DriftDecision> {
  const { runUrl, commit } = repository;
  const issue = await repository.findOwn("/issues?state=open", markerOf("drift"));
  const decision = decideDrift(reports, issue !== undefined);
  const stacks = reports.filter(({ outcome }) => outcome === "changed").map(({ stack }) => stack);
  const drift = {
    title: `Drift in ${stacks.join(" and ")}: AWS is not as Pulumi left it`,
    body: reportText({ kind: "drift", reports, runUrl, commit }),
  };
  if (decision === "open") await repository.send("POST", "/issues", drift);
  if (decision === "update") await repository.send("PATCH", `/issues/${issue}`, drift);
  if (decision === "close") {
    const body = `There is no drift any more, says [this run](${runUrl}).`;
    await repository.send("POST", `/issues/${issue}/comments`, { body });
    await repository.send("PATCH", `/issues/${issue}`, { state: "closed", state_reason: "completed" });
  }
  return decision;
}
