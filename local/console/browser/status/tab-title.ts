import type { Overview } from "../../api";
import { isOld } from "./age";
import { plural } from "../format";

/** The trouble that the tab of the browser names before the title of the page; the empty text without one. */
export function troubleOf(overview: Overview | undefined, now: number): string {
  if (overview === undefined) return "";
  const { source, stages, helpers, lakeProblem, warehouseProblem, behind, lacking } = overview;
  const failed = [...stages, ...helpers].filter(({ failure }) => failure !== null).map(({ name }) => name);
  const troubles = [
    source.state === "stopped" && "source stopped",
    lakeProblem !== null && "lake cannot be read",
    warehouseProblem !== null && "warehouse cannot be asked",
    failed.length > 0 && `${failed.join(", ")} failed`,
    behind.length > 0 && `${plural(behind.length, "table")} behind`,
    warehouseProblem === null && isOld(overview, now) && "warehouse old",
    lacking.rejected.length + lacking.waiting > 0 && "rows missing",
  ].filter((one) => one !== false);
  return troubles.length === 0 ? "" : `✘ ${troubles.join(", ")}`;
}
