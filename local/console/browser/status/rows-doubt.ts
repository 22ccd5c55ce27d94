import type { Overview, Reading, StageName } from "../../api";
import { doubtOf, type Doubt } from "./doubt";

/** When the last answer arrived, and the error of the last request if it failed. */
interface Requested {
  readonly at?: string;
  readonly error?: string;
}

/** What the page of the tables shows, and how it was requested. */
interface ShownRows {
  readonly overview: Overview;
  /** The requests for the state of the platform and for the rows. The last answer is shown when the newest one failed. */
  readonly requests: readonly Requested[];
  readonly reading: Pick<Reading<unknown>, "problem">;
}

/**
 * Why nobody knows that the shown rows of current tables are still current. Rows that were read earlier say nothing about
 * the present, and neither does an earlier state of the platform.
 * @param upTo the last stage on the way to the tables
 */
export function doubtOfRows(upTo: StageName, shown: ShownRows, now: number): Doubt | undefined {
  const { overview, requests, reading } = shown;
  const failed = requests.find(({ error }) => error !== undefined);
  if (failed?.error !== undefined)
    return {
      state: "not known",
      since: failed.at ?? null,
      what: "the platform did not answer the last request of this page",
      reason: failed.error,
      todo: "See the logs of the stages, and start the platform again if it does not answer.",
      stage: null,
    };
  if (reading.problem !== null) {
    const { store, ...problem } = reading.problem;
    const what = store === "lake" ? "the lake cannot be read" : "the warehouse cannot be asked";
    return { state: "not known", what, ...problem, stage: null };
  }
  return doubtOf(overview, upTo, now);
}
