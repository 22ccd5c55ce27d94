import type { Overview } from "../api";

/** True if the warehouse shows a state of the source that is older than it may become. */
export const isOld = (
  { shows, freshnessMinutes }: Pick<Overview, "shows" | "freshnessMinutes">,
  now: number,
): boolean => shows !== null && now - Date.parse(shows) > freshnessMinutes * 60_000;
