import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { fork } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { HeadObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import type { S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { startS3 } from "../../../../../local/cloud/s3/server";
import { clientFor, failureOf, getText, startTestS3, stopAll, temporaryDirectory } from "../support";

const object = {
  Bucket: "lake",
  Key: "a/b",
  Metadata: { rows: "1" },
  ContentType: "text/csv",
  Tagging: "state=new",
};

async function listKeys(client: S3Client): Promise<(string | undefined)[]> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: "lake" }));
  return Contents.map(({ Key }) => Key);
}

/** A directory with one object of an earlier server, and that object's headers. */
async function writtenDirectory() {
  const directory = temporaryDirectory();
  const server = await startS3({ directory });
  await server.createBucket("lake");
  const client = clientFor(server.url);
  await client.send(new PutObjectCommand({ ...object, Body: "text" }));
  const { $metadata, ...head } = await client.send(new HeadObjectCommand({ Bucket: "lake", Key: "a/b" }));
  client.destroy();
  await server.close();
  return { directory, head, status: $metadata.httpStatusCode };
}

describe("A server that starts on the directory of an earlier server", () => {
  afterEach(stopAll);

  it("finds every object unchanged", async () => {
    const { directory, head } = await writtenDirectory();
    const { client } = await startTestS3({ directory });

    const { $metadata, ...again } = await client.send(new HeadObjectCommand({ Bucket: "lake", Key: "a/b" }));

    expect($metadata.httpStatusCode).to.equal(200);
    expect(again).to.deep.equal(head);
    expect(await listKeys(client)).to.deep.equal(["a/b"]);
    expect(await getText(client, "a/b")).to.equal("text");
  });

  it("serves a file that somebody put there as an object", async () => {
    const { directory } = await writtenDirectory();
    mkdirSync(join(directory, "lake", "by"));
    writeFileSync(join(directory, "lake", "by", "hand"), "hello");
    const { client } = await startTestS3({ directory });
    expect(await listKeys(client)).to.deep.equal(["a/b", "by/hand"]);
    expect(await getText(client, "by/hand")).to.equal("hello");
  });

  const object_ = (directory: string) => join(directory, "lake", "a", "b");
  const record = (directory: string) => join(directory, ".meta", "lake", "a", "b");
  const staged = (directory: string, suffix = "") => join(directory, ".staging", `1${suffix}`);
  const instants: Record<string, { moveBack: (directory: string) => void; survives: boolean }> = {
    "before its record was committed": {
      moveBack(directory) {
        renameSync(object_(directory), staged(directory));
        renameSync(record(directory), staged(directory, ".record"));
      },
      survives: false,
    },
    "when its record was committed": {
      moveBack(directory) {
        renameSync(object_(directory), staged(directory));
        renameSync(record(directory), staged(directory, ".committed"));
      },
      survives: true,
    },
    "when its bytes were in place": {
      moveBack: (directory) => renameSync(record(directory), staged(directory, ".committed")),
      survives: true,
    },
  };
  for (const [instant, { moveBack, survives }] of Object.entries(instants)) {
    it(`finds ${survives ? "the whole object" : "no object"} of a server killed ${instant}`, async () => {
      const { directory, head } = await writtenDirectory();
      moveBack(directory);

      const { client } = await startTestS3({ directory });

      const call = client.send(new HeadObjectCommand({ Bucket: "lake", Key: "a/b" }));
      if (survives) {
        const { $metadata, ...again } = await call;
        expect($metadata.httpStatusCode).to.equal(200);
        expect(again).to.deep.equal(head);
        expect(await getText(client, "a/b")).to.equal("text");
      } else {
        expect(await failureOf(call)).to.equal("NotFound 404");
        expect(await listKeys(client)).to.deep.equal([]);
      }
      expect(readdirSync(join(directory, ".staging"))).to.deep.equal([]);
    });
  }

  it("finds the old object of a server killed while it received a new one", async () => {
    const { directory } = await writtenDirectory();
    const killed = fork(join(__dirname, "../fixture-server.ts"), [directory], {
      execArgv: ["-r", "./register.cjs"],
    });
    const [url] = (await once(killed, "message")) as [string];
    const upload = request(`${url}/lake/a/b`, { method: "PUT", headers: { "content-length": "1000000" } });
    upload.on("error", () => undefined);
    upload.write(Buffer.alloc(500_000));
    while (readdirSync(join(directory, ".staging")).length === 0) await delay(5);
    killed.kill("SIGKILL");
    await once(killed, "exit");
    upload.destroy();

    const { client } = await startTestS3({ directory });

    expect(await getText(client, "a/b")).to.equal("text");
    expect(readdirSync(join(directory, ".staging"))).to.deep.equal([]);
  });
});

describe("A client that disconnects in the middle of a body", () => {
  afterEach(stopAll);

  it("leaves nothing behind", async () => {
    const { server, directory } = await startTestS3();
    const staging = join(directory, ".staging");
    const upload = request(`${server.url}/lake/key`, {
      method: "PUT",
      headers: { "content-length": "1000000" },
    });
    upload.on("error", () => undefined);
    upload.write(Buffer.alloc(500_000));
    while (readdirSync(staging).length === 0) await delay(5);

    upload.destroy();

    while (readdirSync(staging).length > 0) await delay(5);
    expect(existsSync(join(directory, "lake", "key"))).to.equal(false);
  });
});
