import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { expect } from "chai";

import {
  startSecretsManager,
  type SecretCall,
  type SecretsManager,
} from "../../../../local/cloud/secrets-manager/secrets";
import { failureOf } from "../../../support/failure";

describe("The local Secrets Manager serves the real client", () => {
  let secrets: SecretsManager;
  let client: SecretsManagerClient;

  before(async () => {
    secrets = await startSecretsManager();
    client = new SecretsManagerClient({
      region: "eu-west-2",
      endpoint: secrets.url,
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    });
    secrets.setSecret("marble/source", '{"user":"reader","note":"naïve €"}');
  });
  after(async () => {
    client.destroy();
    await secrets.close();
  });

  it("refuses a call that is not authorized, as Secrets Manager does", async () => {
    const calls: SecretCall[] = [];
    const guarded = await startSecretsManager({
      authorize: (call) => Promise.resolve(calls.push(call) > 1 ? "it may not" : undefined),
    });
    const other = new SecretsManagerClient({
      region: "eu-west-2",
      endpoint: guarded.url,
      credentials: { accessKeyId: "AKIATEST", secretAccessKey: "local" },
    });
    try {
      guarded.setSecret("a", "1");
      await other.send(new GetSecretValueCommand({ SecretId: "a" }));
      const error = await failureOf(other.send(new GetSecretValueCommand({ SecretId: "none" })));
      expect(error).to.include({ name: "AccessDeniedException", message: "it may not" });
      expect(calls.map(({ arn }) => arn.replace(/\w{6}$/, ""))).to.deep.equal([
        "arn:aws:secretsmanager:eu-west-2:123456789012:secret:a-",
        "arn:aws:secretsmanager:eu-west-2:123456789012:secret:none-",
      ]);
      expect(calls[0]).to.include({ action: "GetSecretValue", accessKeyId: "AKIATEST" });
    } finally {
      other.destroy();
      await guarded.close();
    }
  });

  it("returns the value of a secret by its name", async () => {
    const output = await client.send(new GetSecretValueCommand({ SecretId: "marble/source" }));
    expect(output).to.deep.include({
      Name: "marble/source",
      SecretString: '{"user":"reader","note":"naïve €"}',
      VersionStages: ["AWSCURRENT"],
    });
    expect(output.ARN).to.match(
      /^arn:aws:secretsmanager:eu-west-2:123456789012:secret:marble\/source-\w{6}$/,
    );
    expect(output.CreatedDate?.getTime()).to.be.closeTo(Date.now(), 10_000);
  });

  for (const [title, arn] of [
    ["its own ARN", undefined],
    [
      "an ARN without random characters",
      "arn:aws:secretsmanager:eu-west-2:123456789012:secret:marble/source",
    ],
    ["an ARN of the program", "arn:aws:secretsmanager:us-east-1:123456789012:secret:marble/source-AbCdEf"],
  ] as const) {
    it(`returns the value of a secret by ${title}`, async () => {
      const { ARN } = await client.send(new DescribeSecretCommand({ SecretId: "marble/source" }));
      const output = await client.send(new GetSecretValueCommand({ SecretId: arn ?? ARN }));
      expect(output.Name).to.equal("marble/source");
    });
  }

  it("finds a secret whose name ends as an ARN does", async () => {
    secrets.setSecret("marble-source", "a name with six letters after a hyphen");
    const arn = "arn:aws:secretsmanager:eu-west-2:123456789012:secret:marble-source";
    const output = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    expect(output.Name).to.equal("marble-source");
  });

  it("returns the new value as a new version of the same secret after a rotation", async () => {
    secrets.setSecret("rotated", "old");
    const before = await client.send(new GetSecretValueCommand({ SecretId: "rotated" }));
    secrets.setSecret("rotated", "new");
    const after = await client.send(new GetSecretValueCommand({ SecretId: "rotated" }));
    expect([before.SecretString, after.SecretString]).to.deep.equal(["old", "new"]);
    expect(after.ARN).to.equal(before.ARN);
    expect(after.VersionId).not.to.equal(before.VersionId);
  });

  it("describes a secret without its value", async () => {
    const output = await client.send(new DescribeSecretCommand({ SecretId: "marble/source" }));
    expect(output.Name).to.equal("marble/source");
    expect(Object.values(output.VersionIdsToStages ?? {})).to.deep.equal([["AWSCURRENT"]]);
    expect(JSON.stringify(output)).not.to.include("reader");
  });

  for (const [title, input] of [
    ["a secret that does not exist", { SecretId: "marble/lost" }],
    ["a version that does not exist", { SecretId: "marble/source", VersionId: "0".repeat(32) }],
    ["a stage that does not exist", { SecretId: "marble/source", VersionStage: "AWSPREVIOUS" }],
  ] as const) {
    it(`answers ResourceNotFoundException to ${title}`, async () => {
      const error: unknown = await client
        .send(new GetSecretValueCommand(input))
        .catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(ResourceNotFoundException);
      expect((error as Error).message).to.include("Secrets Manager can't find the specified secret");
    });
  }

  it("names an action that it does not have", async () => {
    const error: unknown = await client.send(new ListSecretsCommand({})).catch((reason: unknown) => reason);
    expect(String(error)).to.include("has no secretsmanager.ListSecrets");
  });
});
