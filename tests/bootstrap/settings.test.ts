import { expect } from "chai";
import { bootstrapSettings } from "../../bootstrap/settings";
import { policyText } from "../../bootstrap/policy-text";
import { readStatements } from "../../bootstrap/deploy-permissions";

const KEY = "arn:aws:kms:eu-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const GIVEN = { repository: "acme/marble", stateBucket: "acme-pulumi-state", stateKey: KEY };

const parse = (settings: Readonly<Record<string, string>>): ReturnType<typeof bootstrapSettings> =>
  bootstrapSettings(
    Object.fromEntries(Object.entries(settings).map(([name, value]) => [`marble-bootstrap:${name}`, value])),
  );

describe("The settings of the bootstrap", () => {
  it("require only the repository and the place of the state", () => {
    expect(parse(GIVEN)).to.deep.equal({
      repository: { owner: "acme", name: "marble" },
      stateBucket: "acme-pulumi-state",
      stateKey: KEY,
      providerArn: undefined,
      stacks: ["dev", "prod"],
      secretNames: new Map([
        ["dev", ["dev/*"]],
        ["prod", ["prod/*"]],
      ]),
    });
  });

  it("treat an empty value as missing", () => {
    const empty = { ...GIVEN, providerArn: "", ownerId: "", repositoryId: "" };
    expect(parse(empty)).to.deep.equal(parse(GIVEN));
  });

  it("ignore the settings of other programs", () => {
    const values = { ...GIVEN, stacks: "dev" };
    const own = Object.fromEntries(
      Object.entries(values).map(([key, value]) => [`marble-bootstrap:${key}`, value]),
    );
    expect(bootstrapSettings({ ...own, "aws:region": "eu-west-2" }).stacks).to.deep.equal(["dev"]);
  });

  it("are all named in one error, with the command for each, when none is set", () => {
    expect(() => parse({})).to.throw(
      [
        "The configuration of the bootstrap needs a change:",
        '- repository is missing. Set it: pulumi config set repository "acme/marble"',
        '- stateBucket is missing. Set it: pulumi config set stateBucket "acme-pulumi-state"',
        `- stateKey is missing. Set it: pulumi config set stateKey "${KEY}"`,
      ].join("\n"),
    );
  });

  for (const [what, settings, says] of [
    ["a repository without its owner", { repository: "marble" }, "repository must be OWNER/NAME. Set it: "],
    [
      "an alias instead of a key",
      { stateKey: "alias/pulumi-state" },
      "stateKey must be the ARN of a KMS key",
    ],
    ["the URL of a bucket", { stateBucket: "s3://acme" }, "stateBucket must be the name of a bucket"],
    ["a name instead of an id", { ownerId: "acme" }, "ownerId must be a number"],
    [
      "ownerId without repositoryId",
      { ownerId: "1" },
      "repositoryId is missing: set both ownerId and repositoryId",
    ],
    ["repositoryId without ownerId", { repositoryId: "1" }, "ownerId is missing"],
    [
      "a provider by its URL",
      { providerArn: "https://token" },
      "providerArn must be the ARN of an OpenID Connect",
    ],
    ["an unknown name", { providerARN: "x" }, "Remove it: pulumi config rm providerARN"],
    [
      "a stack name that AWS does not accept",
      { stacks: "dev, prod" },
      'stacks: " prod" cannot be the name of a stack',
    ],
    [
      "two stacks where the role of one reaches the other",
      { stacks: "dev,dev-eu" },
      "would reach stack dev-eu",
    ],
    [
      "secrets of no stack",
      { secrets: "dev/*" },
      'pulumi config set --path secrets.dev "dev/*,Shared-Credentials" --plaintext',
    ],
    ["secrets of another stack", { secrets: '{"test":"x"}' }, "pulumi config rm --path secrets.test"],
  ] as const) {
    it(`are refused with the remedy: ${what}`, () => {
      expect(() => parse({ ...GIVEN, ...settings })).to.throw(says);
    });
  }
});

describe("A policy that is too long for AWS", () => {
  it("is refused with a remedy before the request to AWS", () => {
    const account = { partition: "aws", region: "eu-west-2", accountId: "123456789012" };
    const state = { bucketArn: "arn:aws:s3:::acme-pulumi-state", keyArn: KEY };
    const stacks = ["dev", "prod", "test", "demo", "eu", "us"];
    const read = (names: readonly string[]): string =>
      policyText("the role github-marble-read", readStatements({ account, state, stacks: names }), 10_240);
    expect(read(stacks).length).to.be.below(10_240);
    expect(() => read([...stacks, ...stacks])).to.throw(
      /^The policy of the role github-marble-read has \d{5} characters, and AWS takes 10240.*Take stacks out/,
    );
  });
});
