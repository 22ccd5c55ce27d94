import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { declareResources } from "../../local/pulumi/program";
import type { DeclaredResource } from "../../local/cloud/declared-resource";
import { EVERY_CHOICE } from "../support/program/choices";
import { devProgram } from "../support/program/dev-program";
import { PROGRAMS, runEntry } from "../support/program/declared-programs";
import { resourcesOf } from "../support/program/declared";
import { PROVIDER_RULES } from "./provider-rules";
import { findViolations } from "./provider-rules/common/violations";
import { MOST_INLINE_BYTES } from "./provider-rules/iam";
import { MOST_UNPACKED_BYTES } from "./provider-rules/lambda";

describe("The input rules of the provider and AWS", () => {
  const declared = new Map<string, readonly DeclaredResource[]>();

  before(async function () {
    // The hook builds six programs. A longer limit from the command line wins.
    this.timeout(Math.max(this.timeout(), 120_000));
    for (const [what, { entry, stack, config }] of Object.entries(PROGRAMS)) {
      const { resources } = await declareResources({ config, stack, program: () => runEntry(entry) });
      declared.set(what, resources);
    }
  });

  const all = (): readonly DeclaredResource[] => [...declared.values()].flat();
  /** A declared resource with one changed input. */
  const changed = (type: string, inputs: Readonly<Record<string, unknown>>): DeclaredResource => {
    const [resource] = resourcesOf(all(), type);
    return { ...resource!, inputs: { ...resource!.inputs, ...inputs } };
  };
  const faults = (resource: DeclaredResource): string[] => findViolations(resource, PROVIDER_RULES);

  for (const what of Object.keys(PROGRAMS)) {
    it(`accept every resource that ${what} declares`, () => {
      expect(declared.get(what)!.flatMap(faults)).to.deep.equal([]);
    });
  }

  it("accept the total size of each role's inline policies", () => {
    for (const [what, resources] of declared) {
      const bytes = new Map<string, number>();
      for (const { inputs } of resourcesOf(resources, "RolePolicy")) {
        const role = `${what}: ${String(inputs["role"])}`;
        bytes.set(role, (bytes.get(role) ?? 0) + Buffer.byteLength(JSON.stringify(inputs["policy"])));
      }
      for (const [role, sum] of bytes) expect(sum, role).to.be.at.most(MOST_INLINE_BYTES);
    }
  });

  it("accept the unpacked size of each Lambda archive", async () => {
    for (const { name, directory } of (await devProgram()).functions) {
      const bytes = readdirSync(directory, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .reduce((sum, { parentPath, name: file }) => sum + statSync(join(parentPath, file)).size, 0);
      expect(bytes, name).to.be.above(0).and.at.most(MOST_UNPACKED_BYTES);
    }
  });

  it("exist for declared types only", () => {
    expect([...PROVIDER_RULES.keys()].sort()).to.deep.equal(
      [...new Set(all().map(({ type }) => type))].sort(),
    );
  });

  describe("refuse, naming resource, input and rule,", () => {
    for (const [what, broken, fault] of [
      [
        "a colon in the name of a saved query",
        () => changed("QueryDefinition", { name: "marble-dev/warnings: tables held back" }),
        /^aws:cloudwatch\/queryDefinition:QueryDefinition marble-dev\/.*\.name is "marble-dev\/warnings: tables held back" and does not match/,
      ],
      [
        "a name that is too long",
        () => changed("Queue", { name: "q".repeat(81) }),
        /has 81 characters, at most 80/,
      ],
      [
        "a physical name that Pulumi makes, from a name that is too long",
        () => ({ ...changed("Role", {}), name: `${"r".repeat(57)}-1234567` }),
        /Role r+-1234567\.name has 65 characters, at most 64 are allowed/,
      ],
      [
        "a value outside of an enumeration",
        () => changed("LogGroup", { retentionInDays: 31 }),
        /retentionInDays is 31/,
      ],
      [
        "a number outside of its range",
        () => changed("Function", { timeout: 901 }),
        /timeout is 901, not a whole number/,
      ],
      [
        "an alarm that looks back for more than a day",
        () => changed("MetricAlarm", { period: 60, evaluationPeriods: 1441 }),
        /looks back 86460 seconds, at most 86400/,
      ],
      [
        "a nested input, deep inside a document",
        () =>
          changed("Policy", {
            policy: { Version: "2012-10-17", Statement: [{ Sid: "not one word", Effect: "Allow" }] },
          }),
        /\.policy\.Statement\[0\]\.Sid is "not one word" and does not match/,
      ],
      [
        "a document that is too long",
        () =>
          changed("BucketPolicy", {
            policy: {
              Version: "2012-10-17",
              Statement: Array.from({ length: 200 }, () => ({
                Effect: "Deny",
                Principal: "*",
                Action: "s3:PutObject",
                Resource: `arn:aws:s3:::bucket/${"k".repeat(100)}`,
              })),
            },
          }),
        /policy has \d+ bytes, at most 20480 are allowed/,
      ],
      [
        "a lifecycle rule without a filter",
        () =>
          changed("BucketLifecycleConfiguration", {
            rules: [{ id: "expire", status: "Enabled", expiration: { days: 7 } }],
          }),
        /rules\[0\]\.filter is missing/,
      ],
      [
        "an input without a rule",
        () => changed("Topic", { displayName: "x" }),
        /displayName has no rule\. Write down/,
      ],
      [
        "a type without rules",
        () => ({ ...changed("Topic", {}), type: "aws:dynamodb/table:Table" }),
        /aws:dynamodb\/table:Table has no rules\. Write down .* tests\/infra\/provider-rules\/dynamodb\.ts/,
      ],
    ] as const) {
      it(what, () => {
        expect(faults(broken()).join("\n")).to.match(fault);
      });
    }
  });

  it("are checked with every choice of a stack", () => {
    const chosen = PROGRAMS["the program with every choice and the longest names"]!.config;
    for (const name of Object.keys(EVERY_CHOICE)) expect(chosen).to.include.keys(`marble:${name}`);
  });
});
