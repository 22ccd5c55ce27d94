import { expect } from "chai";
import { startAll } from "../../../local/cloud/start-all";

describe("Starting several parts", () => {
  it("stops each part once in reverse order, also when stop is called repeatedly", async () => {
    const stopped: string[] = [];
    const parts = await startAll((started) => {
      for (const name of ["a", "b", "c"]) started(() => void stopped.push(name));
      return Promise.resolve({ name: "parts" });
    });
    expect(stopped).to.deep.equal([]);

    await Promise.all([parts.stop(), parts.stop()]);
    expect(parts.name).to.equal("parts");
    expect(stopped).to.deep.equal(["c", "b", "a"]);
  });

  it("waits for a part to stop before it stops the part below", async () => {
    const events: string[] = [];
    const parts = await startAll((started) => {
      started(() => void events.push("database"));
      started(async () => {
        await new Promise((resolve) => setImmediate(resolve));
        events.push("cloud");
      });
      return Promise.resolve({});
    });
    await parts.stop();
    expect(events).to.deep.equal(["cloud", "database"]);
  });

  it("stops the started parts when a later part fails, and fails with its error", async () => {
    const stopped: string[] = [];
    const failure = new Error("no port is free");
    const error = await rejection(
      startAll((started) => {
        started(() => void stopped.push("first"));
        return Promise.reject(failure);
      }),
    );
    expect(error).to.equal(failure);
    expect(stopped).to.deep.equal(["first"]);
  });

  it("starts no further part after a stop during the start, and stops the started parts", async () => {
    const events: string[] = [];
    const end = new AbortController();
    const error = await rejection(
      startAll((started) => {
        started(() => void events.push("stopped"));
        end.abort(new Error("Ctrl-C"));
        started(() => void events.push("stopped too"));
        events.push("one more was started");
        return Promise.resolve({});
      }, end.signal),
    );
    expect(error).to.equal(end.signal.reason);
    expect(events).to.deep.equal(["stopped too", "stopped"]);
  });

  it("reports the failure of a part first when another part fails to stop", async () => {
    const error = await rejection(
      startAll((started) => {
        started(() => Promise.reject(new Error("it hangs")));
        return Promise.reject(new Error("no port is free"));
      }),
    );
    expect(error.message).to.equal("no port is free; then some parts could not be stopped: it hangs");
  });

  it("stops the others when one part fails to stop, and reports the reason", async () => {
    const stopped: string[] = [];
    const parts = await startAll((started) => {
      started(() => void stopped.push("first"));
      started(() => Promise.reject(new Error("it hangs")));
      return Promise.resolve({});
    });
    expect((await rejection(parts.stop())).message).to.equal("some parts could not be stopped: it hangs");
    expect(stopped).to.deep.equal(["first"]);
  });
});

async function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail("not rejected"),
    (error: unknown) => error as Error,
  );
}
