import { markerOf, reportText } from "./report-text";
import { Refusal } from "./script";
import type { Repository } from "./github";
import type { StackReport } from "./stack-report";

/** What happens to the issue. `leave`: no drift was found, but the check of a stack failed. */
type DriftDecision = "open" | "update" | "close" | "leave";

function decideDrift(reports: readonly StackReport[], issueIsOpen: boolean): DriftDecision {
  if (reports.some(({ outcome }) => outcome === "changed")) return issueIsOpen ? "update" : "open";
  return issueIsOpen && reports.every(({ outcome }) => outcome !== "failed") ? "close" : "leave";
}

/**
 * Keeps one issue open while there is drift. Opens it, updates it, and closes it when the drift is gone.
 *
 * @throws Refusal if none of the stacks exists, because the backend is then the wrong one
 */
export async function trackDrift(
  repository: Repository,
  reports: readonly StackReport[],
): Promise<DriftDecision> {
  const { runUrl, commit } = repository;
  if (reports.every(({ outcome }) => outcome === "absent")) {
    const names = reports.map(({ stack }) => stack).join(" and ");
    throw new Refusal(
      `The stacks ${names} do not exist in this backend. Set the variable PULUMI_BACKEND_URL of the repository to ` +
        "the backend that has them. To stop the search for drift, remove the variable.",
    );
  }
  const issue = await repository.findOwn("/issues?state=open", markerOf("drift"));
  const decision = decideDrift(reports, issue !== undefined);
  const stacks = reports.filter(({ outcome }) => outcome === "changed").map(({ stack }) => stack);
  const drift = {
    title: `Drift in ${stacks.join(" and ")}: AWS differs from Pulumi's state`,
    body: reportText({ kind: "drift", reports, runUrl, commit }),
  };
  if (decision === "open") await repository.send("POST", "/issues", drift);
  if (decision === "update") await repository.send("PATCH", `/issues/${issue}`, drift);
  if (decision === "close") {
    const body = `[This run](${runUrl}) found no more drift.`;
    await repository.send("POST", `/issues/${issue}/comments`, { body });
    await repository.send("PATCH", `/issues/${issue}`, { state: "closed", state_reason: "completed" });
  }
  return decision;
}
