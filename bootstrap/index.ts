/**
 * What GitHub Actions needs to deploy Marble, made once for an account: trust in GitHub's tokens, a role for
 * each stack, which only jobs in the environment of that name get, and a role that reads.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { boundaryStatements } from "./boundary";
import { deployStatements, readStatements } from "./deploy-permissions";
import { secretNamesFrom } from "./secret-names";
import { subjectOf, type GitHubRepository } from "./github-subject";

const ISSUER = "token.actions.githubusercontent.com";
const AUDIENCE = "sts.amazonaws.com";

const config = new pulumi.Config("marble-bootstrap");
const stacks = stacksFrom(config);
const secretNames = secretNamesFrom(config, stacks);
const repository = repositoryFrom(config);
const providerArn = config.get("providerArn") ?? newProvider();

const stateBucket = config.require("stateBucket");
const facts = pulumi
  .all([
    aws.getPartitionOutput(),
    aws.getRegionOutput(),
    aws.getCallerIdentityOutput(),
    config.require("stateKey"),
  ])
  .apply(([{ partition }, { region }, { accountId }, keyArn]) => ({
    account: { partition, region, accountId },
    state: { keyArn, bucketArn: `arn:${partition}:s3:::${stateBucket}` },
  }));

/** Declares a role for jobs with one of the given subjects. Its name is outside of what it may write itself. */
function roleForJobs(
  name: string,
  subjects: readonly string[],
  statements: pulumi.Output<aws.iam.PolicyStatement[]>,
): aws.iam.Role {
  const role = new aws.iam.Role(name, {
    name,
    // As long as a job may take: the credentials of a job are not renewed.
    maxSessionDuration: 90 * 60,
    assumeRolePolicy: {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Federated: providerArn },
          Action: "sts:AssumeRoleWithWebIdentity",
          Condition: { StringEquals: { [`${ISSUER}:aud`]: AUDIENCE, [`${ISSUER}:sub`]: [...subjects] } },
        },
      ],
    },
  });
  new aws.iam.RolePolicy(name, {
    role: role.name,
    policy: statements.apply((Statement) => ({ Version: "2012-10-17" as const, Statement })),
  });
  return role;
}

/** Declares the boundary of a stack's roles. Its name is outside of what the deployment may write. */
const boundaries = new Map(
  stacks.map((stack) => {
    const name = `github-marble-boundary-${stack}`;
    const policy = facts.apply(({ account }) => ({
      Version: "2012-10-17" as const,
      Statement: boundaryStatements({ account, stack, secrets: secretNames.get(stack) ?? [] }),
    }));
    const description = `The most that a role of Marble's stack ${stack} can do.`;
    return [stack, new aws.iam.Policy(name, { name, description, policy })];
  }),
);
const deployRoles = Object.fromEntries(
  [...boundaries].map(([stack, boundary]) => [
    stack,
    roleForJobs(
      `github-marble-deploy-${stack}`,
      [subjectOf(repository, { environment: stack })],
      pulumi
        .all([facts, boundary.arn])
        .apply(([known, arn]) => deployStatements({ ...known, stack, boundary: arn })),
    ),
  ]),
);

// Previews run for pull requests, the search for drift on main.
const readRole = roleForJobs(
  "github-marble-read",
  [subjectOf(repository, "pull_request"), subjectOf(repository, { branch: "main" })],
  facts.apply((known) => readStatements({ ...known, stacks })),
);

// What goes into the variables of the repository and of its environments.
export const AWS_READ_ROLE = readRole.arn;
export const AWS_DEPLOY_ROLE = Object.fromEntries(
  Object.entries(deployRoles).map(([stack, { arn }]) => [stack, arn]),
);

/** For `pulumi config set marble:permissionsBoundary`, a stack each. */
export const PERMISSIONS_BOUNDARY = Object.fromEntries(
  [...boundaries].map(([stack, { arn }]) => [stack, arn]),
);

/** An account has one provider for an issuer. */
function newProvider(): pulumi.Output<string> {
  return new aws.iam.OpenIdConnectProvider("github", { url: `https://${ISSUER}`, clientIdLists: [AUDIENCE] })
    .arn;
}

function stacksFrom(from: pulumi.Config): string[] {
  const names = (from.get("stacks") ?? "dev,prod").split(",");
  for (const name of names) {
    const longer = names.find((other) => other.startsWith(`${name}-`));
    if (longer === undefined) continue;
    throw new pulumi.RunError(
      `The role of stack ${name} would reach stack ${longer} too, whose names begin alike: name one otherwise.`,
    );
  }
  return names;
}

function repositoryFrom(from: pulumi.Config): GitHubRepository {
  const [owner, name, ...rest] = from.require("repository").split("/");
  const ownerId = from.get("ownerId");
  const repositoryId = from.get("repositoryId");
  if (!owner || !name || rest.length > 0) {
    throw new pulumi.RunError(
      "repository is not OWNER/NAME. Set it: pulumi config set repository acme/marble",
    );
  }
  if (ownerId === undefined && repositoryId === undefined) return { owner, name };
  if (ownerId === undefined || repositoryId === undefined) {
    throw new pulumi.RunError("ownerId and repositoryId belong together: set both, or neither.");
  }
  return { owner, name, ids: { owner: ownerId, repository: repositoryId } };
}
