import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ListTopicsCommand, PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { expect } from "chai";

import {
  startMail,
  type MailService,
  type Message,
  type PublishCall,
} from "../../../../local/cloud/sns/mail";

const TOPIC = "arn:aws:sns:eu-west-2:000000000000:alarms";

let directory: string;
let outbox: string;
let mail: MailService;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "marble-mail-"));
  outbox = join(directory, "outbox");
  mail = await startMail({ outbox });
});
afterEach(async () => {
  await mail.close();
  rmSync(directory, { recursive: true });
});

describe("A message to a topic becomes a mail in the outbox", () => {
  it("once for each subscriber", async () => {
    mail.subscribe(TOPIC, "ops@example.com");
    mail.subscribe(TOPIC, "ops@example.com");
    mail.subscribe(TOPIC, "data@example.com");
    mail.subscribe(`${TOPIC}-other`, "nobody@example.com");
    await mail.publish({ topicArn: TOPIC, subject: "ALARM: rows", message: "3 rows\n\nwere rejected: €" });
    const mails = await mail.mails();
    expect(mails.map(({ to }) => to)).to.deep.equal(["ops@example.com", "data@example.com"]);
    expect(mails[0]).to.deep.include({
      from: "AWS Notifications <no-reply@sns.amazonaws.com>",
      subject: "ALARM: rows",
      body: "3 rows\n\nwere rejected: €",
      topicArn: TOPIC,
    });
    expect(mails[0]?.date.getTime()).to.be.closeTo(Date.now(), 10_000);
  });

  it("as a file that a person can read", async () => {
    mail.subscribe(TOPIC, "ops@example.com");
    await mail.publish({ topicArn: TOPIC, message: "The load failed." });
    const [name = ""] = readdirSync(outbox);
    expect(name).to.match(/^\d{8}T\d{6}\.\d{3}Z-000001-[0-9a-f]{8}\.eml$/);
    const lines = readFileSync(join(outbox, name), "utf8").split("\n");
    expect(lines).to.include.members(["To: ops@example.com", "Subject: AWS Notification Message"]);
    expect(lines.find((line) => line.startsWith("Date: "))).to.match(
      /^Date: \w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000$/,
    );
    expect(lines.slice(-2)).to.deep.equal(["", "The load failed."]);
  });

  it("in the order of publication, also after a restart", async () => {
    mail.subscribe(TOPIC, "ops@example.com");
    for (let n = 0; n < 12; n += 1) await mail.publish({ topicArn: TOPIC, message: `message ${n}` });
    const restarted = await startMail({ outbox });
    const bodies = (await restarted.mails()).map(({ body }) => body);
    await restarted.close();
    expect(bodies).to.deep.equal(Array.from({ length: 12 }, (_, n) => `message ${n}`));
  });

  it("but not when nobody subscribed to the topic", async () => {
    mail.addTopic(TOPIC);
    await mail.publish({ topicArn: TOPIC, message: "unheard" });
    expect(await mail.mails()).to.deep.equal([]);
  });
});

describe("A message that SNS would refuse is refused", () => {
  const cases: readonly (readonly [title: string, message: Partial<Message>, error: string])[] = [
    ["to an unknown topic", { topicArn: `${TOPIC}-typo` }, "Topic does not exist"],
    ["with a subject beyond ASCII", { subject: "Alarm – rows" }, "Invalid parameter: Subject"],
    ["with a subject of two lines", { subject: "ALARM\nrows" }, "Invalid parameter: Subject"],
    ["with a subject of 100 characters", { subject: "x".repeat(100) }, "Invalid parameter: Subject"],
    ["with an empty subject", { subject: "" }, "Invalid parameter: Subject"],
    ["without text", { message: "" }, "Empty message"],
    ["with more than 256 KiB", { message: "€".repeat(87_382) }, "Message too long: 262146 bytes"],
  ];
  for (const [title, message, error] of cases) {
    it(title, async () => {
      mail.subscribe(TOPIC, "ops@example.com");
      const outcome = await mail.publish({ topicArn: TOPIC, message: "text", ...message }).catch(String);
      expect(outcome).to.include(error);
      expect(await mail.mails()).to.deep.equal([]);
    });
  }

  it("but accepted at SNS's limits", async () => {
    mail.subscribe(TOPIC, "ops@example.com");
    await mail.publish({ topicArn: TOPIC, subject: "x".repeat(99), message: "x".repeat(262_144) });
    expect(await mail.mails()).to.have.length(1);
  });
});

describe("The local SNS serves the real client", () => {
  let client: SNSClient;

  beforeEach(() => {
    client = new SNSClient({
      region: "eu-west-2",
      endpoint: mail.url,
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    });
  });
  afterEach(() => client.destroy());

  it("with Publish", async () => {
    mail.subscribe(TOPIC, "ops@example.com");
    const output = await client.send(
      new PublishCommand({ TopicArn: TOPIC, Subject: "A & B + C", Message: "100 % <ok>\n€" }),
    );
    expect(output.MessageId).to.match(/^[0-9a-f-]{36}$/);
    expect((await mail.mails())[0]).to.deep.include({ subject: "A & B + C", body: "100 % <ok>\n€" });
  });

  it("with SNS's error for an unknown topic", async () => {
    const error: unknown = await client
      .send(new PublishCommand({ TopicArn: `${TOPIC}<&>`, Message: "text" }))
      .catch((reason: unknown) => reason);
    expect(error).to.include({ name: "NotFoundException", message: `Topic does not exist: ${TOPIC}<&>` });
  });

  it("with a clear error for an unsupported message structure", async () => {
    mail.subscribe(TOPIC, "ops@example.com");
    const structured = { TopicArn: TOPIC, Message: '{"default":"text"}', MessageStructure: "json" };
    const outcome = await client.send(new PublishCommand(structured)).catch(String);
    expect(outcome).to.include("no MessageStructure");
  });

  it("with a clear error for an unsupported action", async () => {
    const outcome = await client.send(new ListTopicsCommand({})).catch(String);
    expect(outcome).to.include('has no action "ListTopics"');
  });
});

it("The local SNS refuses an unauthorized call as SNS does", async () => {
  const calls: PublishCall[] = [];
  const guarded = await startMail({
    outbox,
    authorize: (call) => Promise.resolve(calls.push(call) > 1 ? "it may not" : undefined),
  });
  try {
    guarded.addTopic(TOPIC);
    const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "test" };
    const client = new SNSClient({ endpoint: guarded.url, region: "eu-west-2", credentials });
    const publish = (): Promise<unknown> =>
      client.send(new PublishCommand({ TopicArn: TOPIC, Message: "Hello" }));
    await publish();
    expect(calls).to.deep.equal([{ topicArn: TOPIC, accessKeyId: "AKIDEXAMPLE" }]);
    const error = await publish().catch((thrown: unknown) => thrown);
    expect(error).to.include({ name: "AuthorizationErrorException", message: "it may not" });
  } finally {
    await guarded.close();
  }
});
