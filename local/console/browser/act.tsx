import { useEffect, useRef, useState } from "preact/hooks";
import type { Activity, ActionRun, Plan } from "../api";
import type { ActionRequest } from "../action-request";
import { useLive, type Live } from "./live";
import { Time } from "./parts";
import { messageOf, post } from "./requests";

export const useActivity = (): Live<Activity> => useLive("activity", { topics: ["activity"] });

/** True while an action runs. No other action can start then. */
export const isBusy = (activity: Activity): boolean => activity.actions[0]?.state === "underway";

/** A button that starts an action. With `asks`, it first shows the effect and asks for confirmation. */
export function ActButton(props: {
  readonly label: string;
  readonly request: ActionRequest;
  readonly disabled: boolean;
  readonly asks?: boolean;
}) {
  const { label, request, disabled, asks = false } = props;
  const [plan, setPlan] = useState<Plan>();
  const [problem, setProblem] = useState<string>();
  const attempt = (work: () => Promise<unknown>): void => {
    setProblem(undefined);
    work().catch((error: unknown) => setProblem(messageOf(error)));
  };
  const act = (): void => attempt(() => post("act", request));
  const begin = asks ? () => attempt(async () => setPlan(await post("plan", request))) : act;
  return (
    <>
      <button type="button" disabled={disabled} onClick={begin}>
        {label}
        {asks && "…"}
      </button>
      {problem !== undefined && (
        <span class="problem" role="alert">
          {problem}
        </span>
      )}
      {plan !== undefined && (
        <Question
          plan={plan}
          close={(yes) => {
            setPlan(undefined);
            if (yes) act();
          }}
        />
      )}
    </>
  );
}

const YES = "yes";

/** A dialog. Its buttons and Escape close it, and the focus returns to the previous element. */
function Question({ plan, close }: { readonly plan: Plan; readonly close: (yes: boolean) => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="question"
      onClose={({ currentTarget }) => close(currentTarget.returnValue === YES)}
    >
      <h2 id="question">{plan.title}?</h2>
      <ul>
        {plan.says.map((line, index) => (
          <li key={index}>{line.replace(/^- /, "")}</li>
        ))}
      </ul>
      <p class="buttons">
        <button type="button" onClick={() => dialog.current?.close()}>
          Cancel
        </button>
        <button type="button" class="chief" onClick={() => dialog.current?.close(YES)}>
          Do it
        </button>
      </p>
    </dialog>
  );
}

const ACTION_STATES: Readonly<Record<ActionRun["state"], readonly [text: string, badge: string]>> = {
  underway: ["▶ underway", "running"],
  done: ["✔ done", "idle"],
  unchanged: ["– no change", "never"],
  failed: ["✘ failed", "failed"],
};

/** The actions of the console, with their results. */
export function ActionRuns({ actions }: { readonly actions: readonly ActionRun[] }) {
  return (
    <ul class="list" aria-label="What was done">
      {actions.map(({ id, title, state, startedAt, says }) => {
        const [text, badge] = ACTION_STATES[state];
        return (
          <li key={id}>
            <span class={`badge ${badge}`}>{text}</span> <strong>{title}</strong>{" "}
            <span class="note">
              <Time at={startedAt} />
            </span>
            {says.map((line, index) => (
              <div key={index} class="sentence">
                {line}
              </div>
            ))}
          </li>
        );
      })}
    </ul>
  );
}
