import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type { S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { failureOf, getText, startTestS3, stopAll } from "../support";

const racers = Array.from({ length: 20 }, (_, number) => `racer ${number}`);

/** The winner, if exactly one write won and all others were refused. */
async function onlyWinner(race: readonly Promise<unknown>[]): Promise<string> {
  const outcomes = await Promise.all(race.map(failureOf));
  const winners = racers.filter((_, number) => outcomes[number] === "no failure");
  expect(outcomes.filter((outcome) => outcome === "PreconditionFailed 412")).to.have.length(
    racers.length - 1,
  );
  expect(winners).to.have.length(1);
  return winners[0] ?? "";
}

async function startUpload(client: S3Client, Body: string) {
  const target = { Bucket: "lake", Key: "commit" };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(target));
  const { ETag } = await client.send(new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body }));
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  return new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload, IfNoneMatch: "*" });
}

describe("A conditional write", () => {
  afterEach(stopAll);

  it("puts if absent, so that one of twenty racers wins and its object stays", async () => {
    const { client, directory } = await startTestS3();
    const winner = await onlyWinner(
      racers.map((Body) =>
        client.send(new PutObjectCommand({ Bucket: "lake", Key: "commit", Body, IfNoneMatch: "*" })),
      ),
    );
    expect(await getText(client, "commit")).to.equal(winner);
    expect(readdirSync(join(directory, ".staging")), "payloads of the losers").to.deep.equal([]);
  });

  it("completes an upload if absent, so that one of twenty racers wins", async () => {
    const { client } = await startTestS3();
    const uploads = await Promise.all(racers.map((Body) => startUpload(client, Body)));
    const winner = await onlyWinner(uploads.map((complete) => client.send(complete)));
    expect(await getText(client, "commit")).to.equal(winner);
  });

  it("replaces the expected version, so that one of twenty racers wins", async () => {
    const { client } = await startTestS3();
    const target = { Bucket: "lake", Key: "head" };
    const { ETag } = await client.send(new PutObjectCommand({ ...target, Body: "first" }));
    const winner = await onlyWinner(
      racers.map((Body) => client.send(new PutObjectCommand({ ...target, Body, IfMatch: ETag }))),
    );
    expect(await getText(client, "head")).to.equal(winner);
  });

  it("fails to replace a missing object", async () => {
    const { client } = await startTestS3();
    const put = new PutObjectCommand({ Bucket: "lake", Key: "head", Body: "text", IfMatch: '"other"' });
    expect(await failureOf(client.send(put))).to.equal("NoSuchKey 404");
  });

  it("accepts only * in If-None-Match, as S3 does", async () => {
    const { client } = await startTestS3();
    const put = new PutObjectCommand({ Bucket: "lake", Key: "head", Body: "text", IfNoneMatch: '"other"' });
    expect(await failureOf(client.send(put))).to.equal("NotImplemented 501");
  });
});
