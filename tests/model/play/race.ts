import type { IsAt } from "./instance";
import type { Event } from "../histories/steps";

/** Watches two parallel instances, and lets one wait for the other. */
interface Race {
  /** Called before each step of an instance, which waits for the result. */
  onStep(instance: number, isAt: IsAt): Promise<void>;
  onEnd(instance: number): void;
  /** True if both took steps before the other's last step. */
  interleaved(): boolean;
  /** True if one waited during its run until the other had ended. */
  overtaken(): boolean;
}

export function watchRace({ twice, pause }: Pick<Event<unknown>, "twice" | "pause">): Race {
  let now = 0;
  let overtaken = false;
  const first = [Infinity, Infinity];
  const last = [0, 0];
  const ended = [false, false];
  let wake = (): void => undefined;
  return {
    onStep: async (instance, isAt) => {
      now += 1;
      first[instance] = Math.min(first[instance] ?? now, now);
      last[instance] = now;
      if (!twice || pause?.instance !== instance || !isAt(pause.at)) return;
      overtaken = true;
      if (ended[1 - instance] !== true) await new Promise<void>((resolve) => (wake = resolve));
    },
    onEnd: (instance) => {
      ended[instance] = true;
      wake();
    },
    interleaved: () => (first[0] ?? 0) < (last[1] ?? 0) && (first[1] ?? 0) < (last[0] ?? 0),
    overtaken: () => overtaken,
  };
}
