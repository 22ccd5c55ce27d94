import type { Session } from "node:inspector";
import * as hooks from "@pulumi/pulumi/runtime/closure/v8Hooks";

const { getSessionAsync } = hooks as unknown as { getSessionAsync: () => Promise<Session> };

/**
 * Turns V8's debugger on or off in this process. Pulumi needs it to serialise functions, and leaves it on. All promises
 * are then several times slower, also those of the local cloud.
 */
export async function turnDebugger(state: "on" | "off"): Promise<void> {
  const session = await getSessionAsync();
  await new Promise<void>((done, fail) => {
    session.post(state === "on" ? "Debugger.enable" : "Debugger.disable", (error) =>
      error === null ? done() : fail(error),
    );
  });
}
