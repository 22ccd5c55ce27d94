import { expect } from "chai";
import { setTimeout as pause } from "node:timers/promises";
import type { InvocationResult } from "../../local/cloud/lambda/function";
import type { ReportOutcome } from "../../stages/report";
import { startWatchedCloud, type WatchedCloud } from "../support/local/watched-cloud";

describe("The mail of a day", function () {
  this.timeout(120_000);
  let watched: WatchedCloud;
  before(async () => {
    watched = await startWatchedCloud({
      settings: { "marble:reportMail": "00:00", "marble:reportSchedule": "rate(5 minutes)" },
    });
  });
  after(() => watched.close());

  const runs = (): InvocationResult[] =>
    watched.events.flatMap((event) =>
      event.kind === "invocation" && event.stage === "report" ? [event.result] : [],
    );

  it("that failed is sent when AWS repeats the run, and only once", async () => {
    const { cloud } = watched;
    const { roleArn } = cloud.program.functions.find(
      ({ environment }) => environment["POWERTOOLS_SERVICE_NAME"] === "report",
    )!;
    const giveBack = cloud.revoke(roleArn, "sns:Publish");
    const passing = watched.pass(15);
    while (!runs().some(({ ok }) => !ok)) await pause(1);
    giveBack();
    await passing;

    const failed = runs().find(({ ok }) => !ok)!;
    expect(failed.error?.message).to.include("sns:Publish");
    const mailed = runs().flatMap(({ ok, payload, requestId }) => {
      const outcome = payload as ReportOutcome;
      return ok && outcome.mailed ? [{ requestId, day: outcome.report?.slice(0, 10) }] : [];
    });
    expect(mailed[0]?.requestId).to.equal(failed.requestId);
    expect(new Set(mailed.map(({ day }) => day)), "one a day").to.have.property("size", mailed.length);
    const mails = (await watched.newMails()).filter(({ subject }) => subject.startsWith("Marble report"));
    expect(mails).to.have.length(mailed.length);
    expect(runs().length).to.be.above(mailed.length + 1);
  });
});
