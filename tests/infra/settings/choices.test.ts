import { expect } from "chai";
import type { Program } from "../../../local/pulumi/program";
import { EVERY_CHOICE } from "../../support/program/choices";
import { resourcesOf } from "../../support/program/declared";
import { devProgram, programWith } from "../../support/program/dev-program";

interface Statement {
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

describe("An option of a stack", () => {
  let byDefault: Program;
  let chosen: Program;
  before(async () => {
    byDefault = await devProgram();
    chosen = await programWith(EVERY_CHOICE);
  });

  const inputs = (program: Program, type: string) =>
    resourcesOf(program.resources, type).map((one) => one.inputs);
  /** Whether a policy belongs to the role of the people who query the lake with Athena. */
  const isReaders = (name: string): boolean => name.includes("lake-reader");
  /** The statements that name an action, as one list for each role of a Lambda. */
  const statements = (program: Program, action: string): Statement[][] =>
    resourcesOf(program.resources, "RolePolicy")
      .filter(({ name }) => !name.includes("schedule") && !isReaders(name))
      .map(({ inputs: { policy } }) =>
        (policy as { Statement: Statement[] }).Statement.filter(({ Action }) => Action.includes(action)),
      );

  it("is off by default", () => {
    for (const settings of inputs(byDefault, "Function"))
      expect(settings).to.not.have.any.keys("vpcConfig", "tracingConfig");
    for (const role of inputs(byDefault, "Role")) expect(role).to.not.have.any.keys("permissionsBoundary");
    expect(inputs(byDefault, "BucketObjectLockConfiguration")).to.deep.equal([]);
    for (const action of ["kms:Decrypt", "ec2:CreateNetworkInterface", "xray:PutTraceSegments"])
      expect(statements(byDefault, action).flat(), action).to.deep.equal([]);
  });

  it("puts every Lambda into the subnets of a VPC, where Lambda but not its code may create interfaces", () => {
    for (const { vpcConfig } of inputs(chosen, "Function"))
      expect(vpcConfig).to.deep.equal({
        subnetIds: ["subnet-0a1", "subnet-0b2"],
        securityGroupIds: ["sg-0c3"],
      });
    const roles = statements(chosen, "ec2:CreateNetworkInterface");
    expect(roles).to.have.lengthOf(chosen.functions.length);
    const functionNames = resourcesOf(chosen.resources, "Function").map(({ name }) =>
      name.replace(/-\w+$/, ""),
    );
    const denied = roles.map(([allowed, refused]) => {
      expect(allowed).to.include({ Effect: "Allow" }).and.not.have.property("Condition");
      expect(refused).to.deep.include({ Effect: "Deny", Action: allowed?.Action });
      return refused?.Condition?.["ArnLike"]?.["lambda:SourceFunctionArn"];
    });
    expect(denied.map((arn) => String(arn).split(":function:")[1])).to.have.members(
      functionNames.map((name) => `${name}-*`),
    );
  });

  it("encrypts the lake with a key that the Lambdas may use only through S3 and Secrets Manager", () => {
    const keys = inputs(chosen, "BucketServerSideEncryptionConfiguration").map(({ rules }) => rules);
    const withKey = [
      {
        applyServerSideEncryptionByDefault: {
          sseAlgorithm: "aws:kms",
          kmsMasterKeyId: EVERY_CHOICE["kmsKeyArn"],
        },
        bucketKeyEnabled: true,
      },
    ];
    // The results of Athena are kept for a week, encrypted with a key of S3.
    expect(keys).to.deep.include.members([withKey, withKey]);
    const readers = resourcesOf(chosen.resources, "RolePolicy").find(({ name }) => isReaders(name));
    const readersMay = (readers?.inputs["policy"] as { Statement: Statement[] }).Statement;
    expect(readersMay.filter(({ Action }) => Action.includes("kms:Decrypt"))).to.have.lengthOf(1);
    for (const role of statements(chosen, "kms:Decrypt")) {
      expect(role).to.deep.equal([
        {
          Effect: "Allow",
          Action: ["kms:Decrypt", "kms:GenerateDataKey"],
          Resource: [EVERY_CHOICE["kmsKeyArn"]],
          Condition: {
            StringEquals: {
              "kms:ViaService": ["s3.eu-west-2.amazonaws.com", "secretsmanager.eu-west-2.amazonaws.com"],
            },
          },
        },
      ]);
    }
  });

  it("locks every version in the lake for some days without replacing the buckets", () => {
    const locks = inputs(chosen, "BucketObjectLockConfiguration");
    expect(locks.map(({ rule }) => rule)).to.deep.equal(
      Array.from({ length: 2 }, () => ({ defaultRetention: { mode: "GOVERNANCE", days: 30 } })),
    );
    expect(inputs(chosen, "Bucket")).to.deep.equal(inputs(byDefault, "Bucket"));
  });

  it("gives every role a permissions boundary", () => {
    const roles = inputs(chosen, "Role");
    expect(roles.length).to.be.above(5);
    for (const role of roles)
      expect(role).to.include({ permissionsBoundary: EVERY_CHOICE["permissionsBoundary"] });
  });

  it("makes every Lambda send traces and allows it to", () => {
    for (const { tracingConfig } of inputs(chosen, "Function"))
      expect(tracingConfig).to.deep.equal({ mode: "Active" });
    for (const role of statements(chosen, "xray:PutTraceSegments")) expect(role).to.have.lengthOf(1);
  });
});
