/**
 * The AWS resources that GitHub Actions needs to deploy Marble, created once for an account: trust in GitHub's tokens,
 * a role for each stack, which only jobs in the environment of that name can assume, and a role that reads.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { boundaryStatements } from "./boundary";
import { deployStatements, readStatements } from "./deploy-permissions";
import { INLINE_LIMIT, MANAGED_LIMIT, policyText } from "./policy-text";
import { bootstrapSettings } from "./settings";
import { subjectOf } from "./github-subject";

const ISSUER = "token.actions.githubusercontent.com";
const AUDIENCE = "sts.amazonaws.com";

const settings = bootstrapSettings(pulumi.runtime.allConfig());
const { repository, stacks, secretNames, stateBucket } = settings;
const providerArn = settings.providerArn ?? newProvider();

const facts = pulumi
  .all([aws.getPartitionOutput(), aws.getRegionOutput(), aws.getCallerIdentityOutput()])
  .apply(([{ partition }, { region }, { accountId }]) => ({
    account: { partition, region, accountId },
    state: { keyArn: settings.stateKey, bucketArn: `arn:${partition}:s3:::${stateBucket}` },
  }));

/** Declares a role for jobs with one of the given subjects. Its own permissions do not cover its name. */
function roleForJobs(
  name: string,
  subjects: readonly string[],
  statements: pulumi.Output<aws.iam.PolicyStatement[]>,
): aws.iam.Role {
  const role = new aws.iam.Role(name, {
    name,
    // The longest duration of a job, because the credentials of a job are not renewed.
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
    policy: statements.apply((all) => policyText(`the role ${name}`, all, INLINE_LIMIT)),
  });
  return role;
}

/** Declares the boundary of a stack's roles. The deployment's permissions do not cover its name. */
const boundaries = new Map(
  stacks.map((stack) => {
    const name = `github-marble-boundary-${stack}`;
    const policy = facts.apply(({ account }) =>
      policyText(
        `the boundary ${name}`,
        boundaryStatements({ account, stack, secrets: secretNames.get(stack) ?? [] }),
        MANAGED_LIMIT,
      ),
    );
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

// The values for the variables of the repository and of its environments.
export const AWS_READ_ROLE = readRole.arn;
export const AWS_DEPLOY_ROLE = Object.fromEntries(
  Object.entries(deployRoles).map(([stack, { arn }]) => [stack, arn]),
);

/** For `pulumi config set marble:permissionsBoundary`, one for each stack. */
export const PERMISSIONS_BOUNDARY = Object.fromEntries(
  [...boundaries].map(([stack, { arn }]) => [stack, arn]),
);

/** An account has one provider for each issuer. */
function newProvider(): pulumi.Output<string> {
  return new aws.iam.OpenIdConnectProvider("github", { url: `https://${ISSUER}`, clientIdLists: [AUDIENCE] })
    .arn;
}
