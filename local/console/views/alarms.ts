import type { AlarmView } from "../api";
import type { ConsoleContext } from "../server/context";
import { shortName } from "./metrics";

const ORDER = ["ALARM", "INSUFFICIENT_DATA", "OK"] as const;

/** Every alarm that the program declares, those that ring first. */
export function alarmViews({ platform, history, alarms }: ConsoleContext): AlarmView[] {
  const states = platform.cloud.alarmStates();
  const transitions = history.transitions();
  return alarms
    .map(({ name, description }): AlarmView => {
      const transition = transitions.get(name);
      return {
        name: shortName(name),
        state: states.get(name) ?? "INSUFFICIENT_DATA",
        since: transition?.at.toISOString() ?? null,
        reason: transition?.reason ?? "",
        description,
      };
    })
    .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || (a.name < b.name ? -1 : 1));
}
