import { expect } from "chai";
import { Readable } from "node:stream";
import { objectStore } from "../../../adapters/lake/object-store";
import { TransientError } from "../../../domain/errors";
import type { ObjectKey } from "../../../domain/log/keys";
import { startTestS3, stopAll } from "../../local/cloud/s3/support";

const KEY = "2026/11/25/staff/1.csv" as ObjectKey;

describe("A connection to S3 that breaks", () => {
  afterEach(stopAll);

  it("is a transient error that names object, bucket and reason", async () => {
    const { client } = await startTestS3({
      before: () => {
        throw new Error("the line breaks");
      },
    });
    const store = objectStore("lake", client);
    const operations: readonly (readonly [string, () => Promise<unknown>])[] = [
      [`read ${KEY}`, () => store.get(KEY)],
      [`read ${KEY}`, () => store.range(KEY, 0, 10)],
      [`create ${KEY}`, () => store.upload(KEY, Readable.from([Buffer.alloc(6_000_000)]))],
      ["list 2026/", () => store.keys("2026/")],
    ];
    for (const [what, operate] of operations) {
      const error: unknown = await operate().catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(TransientError);
      expect((error as Error).message).to.match(
        new RegExp(`^cannot ${what} in the bucket lake: .*(ECONNRESET|EPIPE|socket hang up)`),
      );
    }
  });

  it("is named too when it breaks in the middle of an object", async () => {
    const { client, server } = await startTestS3();
    const store = objectStore("lake", client);
    await store.putIfAbsent(KEY, Buffer.alloc(30_000_000));
    const read = async (): Promise<void> => {
      for await (const chunk of await store.stream(KEY)) if (chunk.length > 0) await server.close();
    };
    const error: unknown = await read().catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(TransientError);
    expect((error as Error).message).to.match(new RegExp(`^cannot read ${KEY} in the bucket lake: `));
  });

  it("leaves an error of what is uploaded as it is", async () => {
    const { client } = await startTestS3();
    const failure = Object.assign(new Error("the source failed"), { code: "ERR_OUT_OF_RANGE" });
    // eslint-disable-next-line @typescript-eslint/require-await -- an upload takes an async iterable, and this one only has to fail
    const content = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from("a,b\n");
      throw failure;
    };
    expect(
      await objectStore("lake", client)
        .upload(KEY, content())
        .catch((error: unknown) => error),
    ).to.equal(failure);
  });
});
