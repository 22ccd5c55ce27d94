import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { connect } from "node:net";
import { ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { expect } from "chai";
import { S3Error } from "../../../../../local/cloud/s3/protocol/errors";
import { startS3 } from "../../../../../local/cloud/s3/server";
import type { S3Request } from "../../../../../local/cloud/s3/server";
import { clientFor, failureOf, getText, startTestS3, stopAll, temporaryDirectory } from "../support";

const put = new PutObjectCommand({ Bucket: "lake", Key: "key", Body: "text" });

/** A hook that fails the first PutObject only. */
function failFirstPut(error: Error): (request: S3Request) => void {
  let failures = 0;
  return ({ operation }) => {
    if (operation === "PutObject" && failures++ === 0) throw error;
  };
}

describe("A fault-injecting hook", () => {
  afterEach(stopAll);

  const slowDown = new S3Error({
    statusCode: 503,
    code: "SlowDown",
    message: "Please reduce your request rate.",
  });

  it("answers before the operation, which then has no effect", async () => {
    const { client } = await startTestS3({ before: failFirstPut(slowDown) });
    expect(await failureOf(client.send(put))).to.equal("SlowDown 503");
    expect(await failureOf(getText(client, "key"))).to.equal("NoSuchKey 404");
    expect(await failureOf(client.send(put))).to.equal("no failure");
  });

  it("answers after the operation, which then has taken effect", async () => {
    const { client, server } = await startTestS3({ after: failFirstPut(slowDown) });
    const events: string[] = [];
    server.onObjectCreated(({ key }) => events.push(key));
    expect(await failureOf(client.send(put))).to.equal("SlowDown 503");
    expect(await getText(client, "key")).to.equal("text");
    expect(events).to.deep.equal(["key"]);
  });

  it("breaks the connection with an error that is not a response", async () => {
    const { client } = await startTestS3({ after: failFirstPut(new Error("cable cut")) });
    const failure: unknown = await client.send(put).catch((error: unknown) => error);
    expect(failure).to.include({ code: "ECONNRESET" });
    expect(await getText(client, "key")).to.equal("text");
  });

  it("is answered while a large body is in transit, and the connection stays usable", async () => {
    const { client } = await startTestS3({ before: failFirstPut(slowDown) });
    const large = new PutObjectCommand({ Bucket: "lake", Key: "key", Body: Buffer.alloc(20_000_000) });
    expect(await failureOf(client.send(large))).to.equal("SlowDown 503");
    expect(await failureOf(client.send(large))).to.equal("no failure");
  });

  it("is answered after the whole body, because a client that still writes may see a reset instead", async () => {
    const { server } = await startTestS3({ before: failFirstPut(slowDown) });
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk.toString()));
    socket.write("PUT /lake/key HTTP/1.1\r\nHost: s3\r\nConnection: close\r\nContent-Length: 8\r\n\r\nhalf");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(answer).to.equal("");
    socket.write("half");
    await once(socket, "close");
    expect(answer).to.match(/^HTTP\/1.1 503 .*SlowDown/s);
  });

  it("sees every operation by name with its signer", async () => {
    const seen: S3Request[] = [];
    const { client } = await startTestS3({ before: (request) => void seen.push(request) });
    await client.send(put);
    await client.send(new ListObjectsV2Command({ Bucket: "lake" }));
    const params = { Bucket: "lake", Key: "big", Body: Buffer.alloc(6_000_000) };
    await new Upload({ client, queueSize: 1, params }).done();

    expect(seen[0]).to.include({
      operation: "PutObject",
      bucket: "lake",
      key: "key",
      accessKeyId: "AKIATEST",
    });
    expect(seen[0]?.headers["host"]).to.match(/^127\.0\.0\.1:/);
    expect(seen[1]?.query.get("list-type")).to.equal("2");
    expect(seen.map(({ operation, key }) => `${operation} ${key}`)).to.deep.equal([
      "PutObject key",
      "ListObjectsV2 ",
      "CreateMultipartUpload big",
      "UploadPart big",
      "UploadPart big",
      "CompleteMultipartUpload big",
    ]);
  });

  it("ends with the server when it never returns", async () => {
    let stalled = (): void => undefined;
    const reached = new Promise<void>((resolve) => (stalled = resolve));
    const before = () => {
      stalled();
      return new Promise<void>(() => undefined);
    };
    const server = await startS3({ directory: temporaryDirectory(), before });
    const client = clientFor(server.url);
    const failure = client.send(put).catch((error: unknown) => error);
    await reached;

    await server.close();

    expect(await failure).to.include({ code: "ECONNRESET" });
    client.destroy();
  });

  it("leaks no open file of an object that it did not send", async function () {
    if (!existsSync("/proc/self/fd")) this.skip(); // only Linux lists the open files of a process
    const { client } = await startTestS3({
      after({ operation }) {
        if (operation === "GetObject") throw slowDown;
      },
    });
    await client.send(put);
    const before = readdirSync("/proc/self/fd").length;
    for (let n = 0; n < 20; n++) expect(await failureOf(getText(client, "key"))).to.equal("SlowDown 503");
    expect(readdirSync("/proc/self/fd").length).to.be.lessThan(before + 10);
  });
});

describe("A closed server", () => {
  afterEach(stopAll);

  it("frees its port immediately although clients keep connections", async () => {
    const directory = temporaryDirectory();
    const first = await startS3({ directory });
    const client = clientFor(first.url);
    await first.createBucket("lake");
    await client.send(put);
    await first.close();

    const second = await startTestS3({ directory, port: Number(new URL(first.url).port) });

    expect(second.server.url).to.equal(first.url);
    expect(await getText(second.client, "key")).to.equal("text");
    client.destroy();
  });
});
