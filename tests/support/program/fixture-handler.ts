/** A Lambda handler of ordinary code that Pulumi's closure serialisation would break. */

const greetings = new Map([["en", "hello"]]);

class Counter {
  #count = 0;
  readonly since = new Date(0);

  increment(): number {
    this.#count += 1;
    return this.#count;
  }
}

class FixtureError extends Error {
  constructor(subject: string) {
    super(`broken ${subject}`);
    this.name = new.target.name;
  }
}

const counter = new Counter();

/** Returns its event and its memory; fails on `{ fail: true }`. */
export async function fixture(event: unknown): Promise<unknown> {
  await Promise.resolve();
  if (typeof event === "object" && event !== null && "fail" in event) throw new FixtureError("on purpose");
  return {
    event,
    greeting: greetings.get("en"),
    count: counter.increment(),
    since: counter.since.toISOString(),
    service: process.env["POWERTOOLS_SERVICE_NAME"],
  };
}
