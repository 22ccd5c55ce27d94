import type { Overview, StageView } from "../../api";

/** True if the warehouse shows a state of the source that is older than it may become. */
export const isOld = (
  { shows, freshnessMinutes }: Pick<Overview, "shows" | "freshnessMinutes">,
  now: number,
): boolean => shows !== null && now - Date.parse(shows) > freshnessMinutes * 60_000;

/** The stages whose last run is longer ago than the warehouse may be old, or that never ran. */
export function idleStages(
  { stages, freshnessMinutes }: Pick<Overview, "stages" | "freshnessMinutes">,
  now: number,
): readonly StageView["name"][] {
  const idle = stages.filter(({ runs }) => {
    const last = runs.at(-1);
    return last === undefined || now - Date.parse(last.endedAt) > freshnessMinutes * 60_000;
  });
  return idle.map(({ name }) => name);
}
