import type { Session } from "node:inspector";
import * as hooks from "@pulumi/pulumi/runtime/closure/v8Hooks";

const { getSessionAsync } = hooks as unknown as { getSessionAsync: () => Promise<Session> };

/**
 * Turns V8's debugger on or off in this process. Pulumi serialises functions with its help and leaves it on; all
 * promises are then several times as slow, those of the local cloud too.
 */
export async function turnDebugger(state: "on" | "off"): Promise<void> {
  const session = await getSessionAsync();
  await new Promise<void>((done, fail) => {
    session.post(state === "on" ? "Debugger.enable" : "Debugger.disable", (error) =>
      error === null ? done() : fail(error),
    );
  });
}
