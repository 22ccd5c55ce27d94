import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { errorAlarms } from "../../local/error-alarms";
import { startMail, type MailService } from "../../local/mail";
import type { Alarm } from "../../local/wiring";

const TOPIC = "arn:aws:sns:eu-west-2:123456789012:alerts";
const alarm: Alarm = {
  name: "ingest-errors",
  description: "ingest failed. No data is lost.",
  namespace: "AWS/Lambda",
  metric: "Errors",
  dimensions: { FunctionName: "ingest" },
  topicArns: [TOPIC],
  okTopicArns: [TOPIC],
};

describe("An alarm on the errors of a function", () => {
  let outbox: string;
  let mail: MailService;
  beforeEach(async () => {
    outbox = mkdtempSync(join(tmpdir(), "marble-"));
    mail = await startMail({ outbox });
    mail.subscribe(TOPIC, "data@example.com");
  });
  afterEach(async () => {
    await mail.close();
    rmSync(outbox, { recursive: true });
  });
  const subjects = async (): Promise<string[]> => (await mail.mails()).map(({ subject }) => subject);

  it("mails once when it begins to ring, with the reason, and once when it is over", async () => {
    const alarms = errorAlarms([alarm], mail);
    await alarms.observe({ functionName: "ingest", error: undefined });
    await alarms.observe({ functionName: "ingest", error: "the password is wrong" });
    await alarms.observe({ functionName: "ingest", error: "the password is wrong" });
    await alarms.observe({ functionName: "ingest", error: undefined });
    await alarms.observe({ functionName: "ingest", error: undefined });

    expect(await subjects()).to.deep.equal(['ALARM: "ingest-errors"', 'OK: "ingest-errors"']);
    expect((await mail.mails())[0]?.body).to.equal(
      "ingest failed. No data is lost.\n\nState: ALARM\nReason: the password is wrong\n",
    );
  });

  it("rings again after it was over", async () => {
    const alarms = errorAlarms([alarm], mail);
    for (const error of ["one", undefined, "two"]) await alarms.observe({ functionName: "ingest", error });
    expect((await subjects()).map((subject) => subject.split(":")[0])).to.deep.equal([
      "ALARM",
      "OK",
      "ALARM",
    ]);
  });

  it("is silent about other functions and other metrics", async () => {
    const alarms = errorAlarms([{ ...alarm, metric: "Throttles" }, alarm], mail);
    await alarms.observe({ functionName: "load", error: "no" });
    expect(await subjects()).to.deep.equal([]);
    await alarms.observe({ functionName: "ingest", error: "no" });
    expect(await subjects()).to.have.lengthOf(1);
  });

  it("does not say that it is over where the program does not ask for it", async () => {
    const alarms = errorAlarms([{ ...alarm, okTopicArns: [] }], mail);
    for (const error of ["one", undefined]) await alarms.observe({ functionName: "ingest", error });
    expect(await subjects()).to.deep.equal(['ALARM: "ingest-errors"']);
  });
});
