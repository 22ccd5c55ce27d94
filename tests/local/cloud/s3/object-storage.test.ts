import { expect } from "chai";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openObjectStorage, type ObjectCreation } from "../../../../local/cloud/s3/object-storage";
import { startS3 } from "../../../../local/cloud/s3/server";

const VARIABLES = ["AWS_ENDPOINT_URL_S3", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"];

describe("The object storage of the local cloud", () => {
  let folder: string;
  let before: (readonly [string, string | undefined])[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "marble-"));
    before = VARIABLES.map((name) => [name, process.env[name]]);
    for (const name of VARIABLES) setVariable(name, undefined);
  });
  afterEach(() => {
    for (const [name, value] of before) setVariable(name, value);
    rmSync(folder, { recursive: true });
  });

  it("is the stand-in, which sends the same events as S3", async () => {
    const storage = await openObjectStorage(join(folder, "buckets"), ["lake"]);
    const created: ObjectCreation[] = [];
    storage.onObjectCreated((creation) => created.push(creation));
    await fetch(`${storage.url}/lake/a%20b%2Bc/%C3%A9.json`, { method: "PUT", body: "12345" });
    await storage.close();

    expect(created).to.have.lengthOf(1);
    expect(created[0]).to.include({ bucket: "lake", key: "a b+c/é.json" });
    const { Records } = created[0]?.event as { Records: { eventName: string; s3: { object: object } }[] };
    expect(Records[0]?.eventName).to.equal("ObjectCreated:Put");
    // S3 form-encodes keys in events except the slash, so a space becomes a plus.
    expect(Records[0]?.s3.object).to.include({ key: "a+b%2Bc/%C3%A9.json", size: 5 });
  });

  it("is the service at AWS_ENDPOINT_URL_S3, even without credentials, with missing buckets created", async () => {
    const own = await startS3({ directory: join(folder, "own") });
    await own.createBucket("old");
    setVariable("AWS_ENDPOINT_URL_S3", own.url);
    try {
      const storage = await openObjectStorage(join(folder, "buckets"), ["old", "new"]);
      expect(storage).to.deep.include({ url: own.url, notifies: false });
      expect(storage.environment["AWS_ENDPOINT_URL_S3"]).to.equal(own.url);
      expect((await fetch(`${own.url}/new`, { method: "HEAD" })).status).to.equal(200);
      expect(existsSync(join(folder, "buckets"))).to.equal(false);
      await storage.close();
      expect((await fetch(`${own.url}/new`, { method: "HEAD" })).status, "it is not ours to end").to.equal(
        200,
      );
    } finally {
      await own.close();
    }
  });

  it("names a service that cannot be reached and the remedy", async () => {
    setVariable("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1");
    const message = await openObjectStorage(folder, ["lake"]).then(
      () => "it was opened",
      (error: unknown) => String(error),
    );
    expect(message).to.match(
      /the S3 service at http:\/\/127\.0\.0\.1:1 \(AWS_ENDPOINT_URL_S3\) cannot be used: .*ECONNREFUSED.*unset the variable/,
    );
  });
});

function setVariable(name: string, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}
