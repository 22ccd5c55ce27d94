import type { DeadLetterQueueView, DeadLetterView } from "../../api";
import { ActButton, isBusy, useActivity } from "../act";
import { plural } from "../format";
import { useLive } from "../live";
import { Answer, Panel, Time } from "../parts";

/** What was given up, why, and what to do about it. */
export function DeadLetters() {
  const live = useLive("dead-letters", { topics: ["deadLetters", "activity", "runs"] });
  return (
    <Answer live={live}>
      {(queues) =>
        queues.length === 0 ? (
          <Panel
            title="Dead letters"
            note="Events, tasks and schedules that were given up after several tries."
          >
            <p class="note">There are none.</p>
          </Panel>
        ) : (
          queues.map((queue) => <Queue key={queue.queue} queue={queue} />)
        )
      }
    </Answer>
  );
}

function Queue({ queue: { queue, name, depth, letters } }: { readonly queue: DeadLetterQueueView }) {
  const { data: activity } = useActivity();
  return (
    <Panel
      title={name}
      note={`${plural(depth, "message")}. Do what each says, then purge the queue: its alarm rings as long as something lies in it.`}
    >
      <p class="buttons">
        <ActButton
          label={`Purge ${name}`}
          request={{ action: "purge", queue }}
          disabled={activity === undefined || isBusy(activity)}
          asks
        />
      </p>
      <ul class="list" aria-label={`Messages of ${name}`}>
        {letters.map((letter) => (
          <Letter key={letter.file} letter={letter} />
        ))}
      </ul>
      {depth > letters.length && <p class="note">Older ones are in the folder of the queue.</p>}
    </Panel>
  );
}

function Letter({ letter }: { readonly letter: DeadLetterView }) {
  const { file, at, what, sentence, remedy, healedAt, message } = letter;
  return (
    <li>
      <p>
        <span class={`badge ${healedAt === null ? "failed" : "idle"}`}>
          {healedAt === null ? "✘ given up" : "✔ healed"}
        </span>{" "}
        <strong>{what}</strong>{" "}
        {at !== null && (
          <span class="note">
            <Time at={at} />
          </span>
        )}
      </p>
      {sentence !== "" && <p class="sentence">{sentence}</p>}
      <p>
        {healedAt === null ? (
          remedy
        ) : (
          <>
            A run has succeeded since, at <Time at={healedAt} />, and done what there was to do.
          </>
        )}
      </p>
      <details>
        <summary>The message</summary>
        <pre>{`${file}\n\n${message}`}</pre>
      </details>
    </li>
  );
}
