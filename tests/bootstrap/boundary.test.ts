import { expect } from "chai";
import { boundaryStatements } from "../../bootstrap/boundary";
import { EVERY_CHOICE } from "../support/program/choices";
import { statementsOf } from "../support/program/declared";
import { registrationsOf } from "../support/program/registrations";

describe("The boundary of a stack's roles", () => {
  const account = { partition: "aws", region: "eu-west-2", accountId: "123456789012" };
  const within = statementsOf({
    Statement: boundaryStatements({ account, stack: "dev", secrets: ["dev/*"] }),
  });
  const matches = (pattern: string, arn: string): boolean =>
    new RegExp(
      `^${pattern
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replaceAll("*", ".*")
        .replaceAll("?", ".")}$`,
    ).test(arn);

  it("allows every role the permissions that the program grants it under every choice of a stack", async () => {
    const allowed = (policy: unknown): unknown => ({
      Statement: (policy as { Statement: { Effect: string }[] }).Statement.filter(
        ({ Effect }) => Effect === "Allow",
      ),
    });
    const chosen = Object.entries(EVERY_CHOICE).map(([name, value]) => [`marble:${name}`, value]);
    const registered = await registrationsOf({
      config: {
        "marble:alertEmail": "data@example.com",
        "marble:sourceSecret": "dev/Totesys-Credentials",
        "marble:warehouseSecret": "dev/Warehouse-Credentials",
        ...(Object.fromEntries(chosen) as object),
      },
    });
    const granted = registered
      .filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy")
      .flatMap(({ inputs }) => statementsOf(allowed(inputs["policy"])))
      .flatMap(({ actions, resources }) =>
        actions.flatMap((action) => resources.map((arn) => ({ action, arn }))),
      );
    expect(granted.length).to.be.above(50);
    const lost = granted.filter(
      ({ action, arn }) =>
        !within.some(
          ({ actions, resources }) =>
            actions.includes(action) && resources.some((pattern) => matches(pattern, arn)),
        ),
    );

    expect(lost).to.deep.equal([]);
  }).timeout(60_000);

  it("reaches no bucket, queue, function, topic or secret of another stack and no action of IAM", () => {
    for (const { actions, resources, condition } of within) {
      expect(actions.join()).to.not.match(/\*|iam:|sts:/);
      for (const arn of resources) {
        // Athena needs these in every account. It lists names in the catalogue and always reads the default database.
        if (/:(catalog|database\/(default|\*)|datacatalog\/AwsDataCatalog)$/.test(arn)) {
          expect(actions.join()).to.match(/^(glue|athena):/);
          if (arn.endsWith("/*")) expect(actions).to.deep.equal(["glue:GetDatabases"]);
          continue;
        }
        expect(arn).to.match(/marble-dev-\*|marble_dev_lake(\/\*)?$|^\*$|:secret:dev\/\*-\?{6}$|:key\/\*$/);
        // A key only decrypts data that one of these two services returns.
        if (arn.endsWith(":key/*"))
          expect(condition).to.deep.equal({
            StringEquals: {
              "kms:ViaService": ["s3.eu-west-2.amazonaws.com", "secretsmanager.eu-west-2.amazonaws.com"],
            },
          });
      }
    }
    const reads = within.find(({ actions }) => actions.includes("secretsmanager:GetSecretValue"))!
      .resources[0]!;
    const secret = (name: string): string =>
      `arn:aws:secretsmanager:eu-west-2:123456789012:secret:${name}-a1b2c3`;
    expect(matches(reads, secret("dev/Totesys-Credentials"))).to.equal(true);
    for (const other of ["prod/Totesys-Credentials", "Totesys-Credentials", "dev-eu/Totesys-Credentials"])
      expect(matches(reads, secret(other)), other).to.equal(false);
  });

  it("fits into a managed policy", () => {
    const stack = "a".repeat(30);
    const Statement = boundaryStatements({ account, stack, secrets: [`${stack}/*`] });
    expect(JSON.stringify({ Version: "2012-10-17", Statement }).length).to.be.below(6144);
  });
});
