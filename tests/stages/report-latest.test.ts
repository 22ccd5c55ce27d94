import { expect } from "chai";
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { reportStore } from "../../adapters/lake/report-store";
import type { Edition } from "../../domain/report/edition";
import { TransientError } from "../../domain/errors";
import { S3Error } from "../../local/cloud/s3/protocol/errors";
import { startTestS3, stopAll, getText } from "../local/cloud/s3/support";
import { failureOf } from "../support/failure";

const edition = (commit: number): Edition => ({
  lake: "lake",
  commit,
  loadedAt: new Date(Date.UTC(2026, 10, 25, 7, commit)),
  madeAt: new Date("2026-11-25T08:00:00Z"),
});
const CONFLICT = new S3Error({
  code: "ConditionalRequestConflict",
  statusCode: 409,
  message: "The conditional request cannot succeed due to a conflicting operation against this resource.",
});

describe("The latest report", () => {
  afterEach(stopAll);

  it("shows the newest commit, in whatever order reports arrive, and says which it is", async () => {
    const { client } = await startTestS3();
    const store = reportStore("lake", client);
    expect(await store.replaceLatest("two", edition(2))).to.equal(true);
    expect(await store.replaceLatest("one", edition(1))).to.equal(false);
    expect(await getText(client, "latest.html")).to.equal("two");
    expect(await store.replaceLatest("three", edition(3))).to.equal(true);
    expect(await getText(client, "latest.html")).to.equal("three");

    const { Metadata, ContentType } = await client.send(
      new HeadObjectCommand({ Bucket: "lake", Key: "latest.html" }),
    );
    expect(Metadata).to.include({ commit: "3", lake: "lake" });
    expect(ContentType).to.equal("text/html; charset=utf-8");
  });

  it("shows the newest commit when many runs write it in parallel", async () => {
    for (const [round, commits] of [
      [3, 1, 2, 5, 4],
      [1, 2, 3, 4, 5],
      [5, 4, 3, 2, 1],
    ].entries()) {
      const { client } = await startTestS3();
      const store = reportStore("lake", client);
      await Promise.all(commits.map((commit) => store.replaceLatest(String(commit), edition(commit))));
      expect(await getText(client, "latest.html"), `round ${round}`).to.equal("5");
    }
  });

  it("is not reverted by a run that saw an older commit and writes last", async () => {
    let held: (() => void) | undefined;
    const newer = new Promise<void>((resolve) => (held = resolve));
    const { client } = await startTestS3({
      before: async ({ operation, headers }) => {
        if (operation === "PutObject" && headers["x-amz-meta-commit"] === "2") await newer;
      },
    });
    const store = reportStore("lake", client);
    await store.replaceLatest("one", edition(1));
    const late = store.replaceLatest("two", edition(2));
    expect(await store.replaceLatest("three", edition(3))).to.equal(true);
    held!();
    expect(await late).to.equal(false);
    expect(await getText(client, "latest.html")).to.equal("three");
  });

  it("is read again when S3 reports a concurrent write or a missing object", async () => {
    const answers: S3Error[] = [];
    const { client } = await startTestS3({
      before: ({ operation }) => {
        const answer = operation === "PutObject" ? answers.pop() : undefined;
        if (answer !== undefined) throw answer;
      },
    });
    const store = reportStore("lake", client);
    const gone = new S3Error({ code: "NoSuchKey", statusCode: 404, message: "It was deleted." });
    answers.push(CONFLICT, gone, CONFLICT);
    expect(await store.replaceLatest("one", edition(1))).to.equal(true);
    expect(answers).to.deep.equal([]);
    expect(await getText(client, "latest.html")).to.equal("one");

    answers.push(...Array.from({ length: 20 }, () => CONFLICT));
    expect(await failureOf(store.replaceLatest("two", edition(2)))).to.be.instanceOf(TransientError);
    expect(await getText(client, "latest.html")).to.equal("one");
  });

  it("replaces a latest.html without edition metadata", async () => {
    const { client } = await startTestS3();
    await client.send(new PutObjectCommand({ Bucket: "lake", Key: "latest.html", Body: "old" }));
    expect(await reportStore("lake", client).replaceLatest("one", edition(1))).to.equal(true);
    const { CacheControl } = await client.send(new GetObjectCommand({ Bucket: "lake", Key: "latest.html" }));
    expect(CacheControl).to.equal("no-cache");
  });
});
