import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { S3Error } from "../../../../../local/cloud/s3/protocol/errors";
import { failureOf } from "../../../../support/failure";
import { getText, startTestS3, stopAll } from "../support";

const denied = (message: string): S3Error => new S3Error({ code: "AccessDenied", statusCode: 403, message });

describe("A request that is not authorized", () => {
  afterEach(stopAll);

  it("is refused as S3 does and has no effect", async () => {
    const { client } = await startTestS3({
      authorize: ({ operation, accessKeyId }) => {
        if (operation === "PutObject") throw denied(`${accessKeyId ?? ""} may not`);
      },
    });
    const put = client.send(new PutObjectCommand({ Bucket: "lake", Key: "a", Body: "x".repeat(100_000) }));
    const error = await failureOf(put);
    expect(error).to.include({ name: "AccessDenied", message: "AKIATEST may not" });
    expect(error).to.have.nested.property("$metadata.httpStatusCode", 403);
    expect((await failureOf(getText(client, "a"))).name).to.equal("NoSuchKey");
  });

  it("to list hides whether an object exists", async () => {
    const { client } = await startTestS3({
      authorize: ({ operation }) => {
        if (operation === "ListObjectsV2") throw denied("no list");
      },
    });
    await client.send(new PutObjectCommand({ Bucket: "lake", Key: "a", Body: "x" }));
    expect(await getText(client, "a")).to.equal("x");
    const missing = client.send(new GetObjectCommand({ Bucket: "lake", Key: "b" }));
    expect(await failureOf(missing)).to.include({ name: "AccessDenied", message: "no list" });
  });
});
