import type { Overview, RunView, StageView } from "../../api";
import { addressOf } from "../address";
import { clock, duration, moment, plural, spell } from "../format";
import { useNow } from "../live";
import { Time } from "../parts";
import { stateText } from "../picture";

/** A card for each stage with its state, the cause and remedy of a failure, and its recovery. */
export function Stages({ overview }: { readonly overview: Overview }) {
  return (
    <>
      <p role="status" class="unseen">
        {[...overview.stages, ...overview.helpers].map(announcement).filter(Boolean).join(" ")}
      </p>
      <div class="cards">
        {[...overview.stages, ...overview.helpers].map((stage) => (
          <Stage key={stage.name} stage={stage} overview={overview} />
        ))}
      </div>
    </>
  );
}

/** A link to the rejected rows of a commit; for several commits, to all rejected rows. */
const rejectedAddress = (commits: readonly number[]): string =>
  commits.length === 1 ? addressOf("rejected", String(commits[0])) : addressOf("rejected");

/** The purposes of the functions that are not stages. */
const WHAT: Partial<Record<StageView["name"], string>> = {
  remodel: "Takes tasks of process while a large commit is processed.",
  report: "Makes the page of the business report from the warehouse.",
};

function Stage({ stage, overview }: { readonly stage: StageView; readonly overview: Overview }) {
  const { name, state, failure, recovery, runs, backlog, nextRun } = stage;
  const now = useNow();
  const last = runs.at(-1);
  const rejecting = runs.findLast((run) => run.rejected.length > 0);
  const what = WHAT[name];
  return (
    <section class={`card ${failure === null ? state : "failed"}`} aria-labelledby={`stage-${name}`}>
      <h3 id={`stage-${name}`}>
        {name} <span class={`badge ${state}`}>{stateText(stage, overview, now)}</span>
      </h3>
      {what !== undefined && <p class="note">{what}</p>}
      {failure !== null && (
        <div class="failure">
          <p>
            <strong>
              Failed {failure.count === 1 ? "once" : `${failure.count} times`} since{" "}
              <Time at={failure.since} />
            </strong>{" "}
            ({spell(now - Date.parse(failure.since))})
          </p>
          <p class="sentence">{failure.sentence}</p>
          <p>{failure.remedy}</p>
        </div>
      )}
      {failure === null && recovery !== null && (
        <div class="recovery">
          <p>
            <strong>
              Recovered at <Time at={recovery.at} />
            </strong>
            , {spell(Date.parse(recovery.at) - Date.parse(recovery.failedAt))} after it had failed:
          </p>
          <p class="sentence">{recovery.sentence}</p>
        </div>
      )}
      <dl>
        <dt>Last run</dt>
        <dd>
          {last === undefined ? (
            "none yet"
          ) : (
            <>
              <Time at={last.endedAt} /> · {duration(last.durationMs)}
              {last.ok && ` · ${last.says}`} · <a href={`#logs/${last.id}`}>its log</a>
            </>
          )}
        </dd>
        {rejecting !== undefined && (
          <>
            <dt>Rejected</dt>
            <dd>
              <Time at={rejecting.endedAt} /> ·{" "}
              <a href={rejectedAddress(rejecting.rejected)}>its rejected rows</a>
            </dd>
          </>
        )}
        {backlog !== null && (
          <>
            <dt>Backlog</dt>
            <dd>{backlog === 0 ? "none" : plural(backlog, "commit")}</dd>
          </>
        )}
        <dt>Next run</dt>
        <dd>
          {nextRun === null
            ? name === "remodel"
              ? "when process hands out tasks"
              : "not planned"
            : `in ${spell(Date.parse(nextRun) - now)}`}
        </dd>
      </dl>
      {runs.length > 0 && <Strip runs={runs} />}
    </section>
  );
}

/** The last runs, with the newest on the right. */
function Strip({ runs }: { readonly runs: readonly RunView[] }) {
  const longest = Math.max(...runs.map(({ durationMs }) => durationMs), 1);
  const failed = runs.filter(({ ok }) => !ok).length;
  return (
    <svg
      class="strip"
      viewBox="0 0 240 26"
      preserveAspectRatio="xMinYMax meet"
      role="img"
      aria-label={`the last ${plural(runs.length, "run")}, ${failed} failed`}
    >
      {runs.map(({ id, ok, durationMs, startedAt, says }, index) => {
        const height = 5 + 20 * (durationMs / longest);
        return (
          <rect
            key={startedAt}
            class={ok ? "ok" : "bad"}
            x={index * 8}
            y={26 - height}
            width={6}
            height={height}
            onClick={() => (location.hash = `logs/${id}`)}
          >
            <title>{`${moment(startedAt)} · ${duration(durationMs)} · ${says} · click for its log`}</title>
          </rect>
        );
      })}
    </svg>
  );
}

/** The states as text, which a screen reader reads out when they change. */
function announcement({ name, failure, recovery }: StageView): string {
  if (failure !== null) return `${name} has failed: ${failure.sentence}.`;
  return recovery === null ? "" : `${name} has recovered at ${clock(recovery.at)}.`;
}
