import { expect } from "chai";
import { S3Client } from "@aws-sdk/client-s3";
import { reportStore } from "../../../adapters/lake/report-store";
import { mailClaimKey } from "../../../domain/report/keys";
import { startTestS3, stopAll } from "../../local/cloud/s3/support";

const KEY = mailClaimKey(new Date("2026-11-25T07:00:00Z"));

describe("A task that only one run may do", () => {
  afterEach(stopAll);

  it("belongs to the first run that claims it, also when that run asks again", async () => {
    const { client } = await startTestS3();
    const store = reportStore("lake", client);
    expect(await store.claim(KEY, "one")).to.equal(true);
    expect(await store.claim(KEY, "two")).to.equal(false);
    expect(await store.claim(KEY, "one")).to.equal(true);
  });

  it("belongs to that run when S3's answer was lost and the claim is retried", async () => {
    let lost = 0;
    const { server } = await startTestS3({
      after: ({ operation }) => {
        if (operation === "PutObject" && lost++ === 0) throw new Error("the line breaks");
      },
    });
    const credentials = { accessKeyId: "AKIATEST", secretAccessKey: "secret" };
    const retrying = new S3Client({
      endpoint: server.url,
      region: "eu-west-2",
      forcePathStyle: true,
      credentials,
    });
    expect(await reportStore("lake", retrying).claim(KEY, "one")).to.equal(true);
    expect(lost).to.equal(1);
    expect(await reportStore("lake", retrying).claim(KEY, "two")).to.equal(false);
    retrying.destroy();
  });
});
