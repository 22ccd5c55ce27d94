import type { AlarmView } from "../../api";
import { useLive } from "../live";
import { Answer, Panel, Time } from "../parts";

const STATES: Readonly<Record<AlarmView["state"], string>> = {
  ALARM: "✘ ALARM",
  OK: "✔ OK",
  INSUFFICIENT_DATA: "– too little data",
};

/** The declared alarms, and the mails that they have sent. */
export function Alarms() {
  const alarms = useLive("alarms", { topics: ["alarms", "runs"] });
  const mails = useLive("mails", { topics: ["alarms"] });
  return (
    <>
      <Panel title="Alarms" note="Evaluated at every whole minute, by CloudWatch's rules.">
        <Answer live={alarms}>
          {(all) => (
            <ul class="list">
              {all.map((alarm) => (
                <Alarm key={alarm.name} alarm={alarm} />
              ))}
            </ul>
          )}
        </Answer>
      </Panel>
      <Panel title="Mails" note="The mails that AWS would have sent, the newest first.">
        <Answer live={mails}>
          {(all) =>
            all.length === 0 ? (
              <p class="note">No mail was sent.</p>
            ) : (
              <ul class="list">
                {all.map(({ at, to, subject, body }, index) => (
                  <li key={`${at} ${index}`}>
                    <details>
                      <summary>
                        <Time at={at} /> <strong>{subject}</strong> <span class="note">to {to}</span>
                      </summary>
                      <pre>{body}</pre>
                    </details>
                  </li>
                ))}
              </ul>
            )
          }
        </Answer>
      </Panel>
    </>
  );
}

function Alarm({ alarm: { name, state, since, reason, description, leads } }: { readonly alarm: AlarmView }) {
  return (
    <li>
      <details open={state === "ALARM"}>
        <summary>
          <span class={`badge ${state}`}>{STATES[state]}</span> <strong>{name}</strong>{" "}
          {since !== null && (
            <span class="note">
              since <Time at={since} />
            </span>
          )}
        </summary>
        {leads.length > 0 && (
          <p>
            Look at{" "}
            {leads.map(({ text, address }, index) => (
              <>
                {index > 0 && ", "}
                <a key={address} href={address}>
                  {text}
                </a>
              </>
            ))}
            .
          </p>
        )}
        <pre>{[description, reason].filter(Boolean).join("\n\n")}</pre>
      </details>
    </li>
  );
}
