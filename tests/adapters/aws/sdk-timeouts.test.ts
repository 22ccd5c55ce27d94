import { expect } from "chai";
import { S3Client } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SNSClient } from "@aws-sdk/client-sns";
import { createServer, type AddressInfo, type Server } from "node:net";
import { mailer } from "../../../adapters/aws/mailer";
import { objectStore } from "../../../adapters/lake/object-store";
import { SDK_TIMEOUTS } from "../../../adapters/aws/sdk-timeouts";
import { readCredentials } from "../../../adapters/aws/secrets";
import { TerminalError } from "../../../domain/errors";
import { failureOf } from "../../support/failure";

/** The product's options with a very short timeout. */
const impatient = (url: string) => ({
  endpoint: url,
  region: "eu-west-2",
  credentials: { accessKeyId: "AKIATEST", secretAccessKey: "secret" },
  maxAttempts: 2,
  requestHandler: { ...SDK_TIMEOUTS.requestHandler, requestTimeout: 100 },
});

describe("A call to a service that never answers", () => {
  let server: Server;
  let url: string;
  let calls = 0;
  beforeEach(async () => {
    calls = 0;
    server = createServer((socket) => {
      calls++;
      socket.on("error", () => undefined).resume();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => void server.close());

  const cases: readonly (readonly [string, () => Promise<unknown>])[] = [
    [
      "SNS",
      () =>
        mailer("arn:aws:sns:eu-west-2:1:reports", new SNSClient(impatient(url)))({ subject: "s", text: "t" }),
    ],
    ["Secrets Manager", () => readCredentials("Secret", new SecretsManagerClient(impatient(url)))],
    ["S3", () => objectStore("lake", new S3Client(impatient(url))).get("key")],
  ];
  for (const [service, call] of cases) {
    it(`is retried and then fails with a transient error: ${service}`, async () => {
      const error = await failureOf(call());
      expect(error).not.to.be.instanceOf(TerminalError);
      expect(error.message).to.match(/exceeded the configured 100 ms/);
      expect(calls).to.equal(2);
    });
  }
});
