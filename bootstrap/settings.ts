import { RunError } from "@pulumi/pulumi";
import * as z from "zod";
import { setCommand } from "../infra/settings/set-command";
import type { GitHubRepository } from "./github-subject";
import { secretNamesFrom } from "./secret-names";
import { stackNames } from "./stack-names";

/** The namespace of the settings: the project's name in Pulumi.yaml. */
const NAMESPACE = "marble-bootstrap";

/** A setting that Pulumi.yaml cannot declare, because it has no default. An empty one counts as missing. */
const text = (pattern: RegExp, rule: string) => z.string().regex(pattern, rule).or(z.literal("")).optional();

const settings = z.strictObject({
  repository: text(/^[\w.-]+\/[\w.-]+$/, "must be OWNER/NAME"),
  stateBucket: text(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "must be the name of a bucket"),
  stateKey: text(/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/, "must be the ARN of a KMS key"),
  ownerId: text(/^\d+$/, "must be a number"),
  repositoryId: text(/^\d+$/, "must be a number"),
  providerArn: text(
    /^arn:[\w-]+:iam::\d{12}:oidc-provider\/.+$/,
    "must be the ARN of an OpenID Connect provider",
  ),
  stacks: z.string().default("dev,prod"),
  secrets: z.string().optional(),
});

/** The names of all settings. */
export const BOOTSTRAP_SETTING_NAMES: readonly string[] = Object.keys(settings.shape);

type Given = z.infer<typeof settings>;

/** The required settings. */
export const REQUIRED = ["repository", "stateBucket", "stateKey"] as const;

const EXAMPLES: Readonly<Record<Exclude<keyof Given, "secrets">, string>> = {
  repository: "acme/marble",
  stateBucket: "acme-pulumi-state",
  stateKey: "arn:aws:kms:eu-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
  ownerId: "$(gh api repos/OWNER/NAME --jq .owner.id)",
  repositoryId: "$(gh api repos/OWNER/NAME --jq .id)",
  providerArn: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
  stacks: "dev,prod",
};

/** Every setting of the bootstrap, checked. */
interface BootstrapSettings {
  readonly repository: GitHubRepository;
  readonly stateBucket: string;
  readonly stateKey: string;
  /** The account's provider for GitHub; undefined if the bootstrap must create it. */
  readonly providerArn: string | undefined;
  readonly stacks: readonly string[];
  /** Patterns of the names of each stack's secrets; a star matches any text. */
  readonly secretNames: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads the settings of the bootstrap.
 *
 * @param values all configuration, as `pulumi.runtime.allConfig()` returns it: keys with their namespace
 * @throws RunError, which Pulumi shows without a stack trace, with all problems: the key, what is wrong with it, and
 *   the command that sets it
 */
export function bootstrapSettings(values: Readonly<Record<string, string>>): BootstrapSettings {
  const own = Object.entries(values).filter(([key]) => key.startsWith(`${NAMESPACE}:`));
  const parsed = settings.safeParse(
    Object.fromEntries(own.map(([key, value]) => [key.slice(NAMESPACE.length + 1), value])),
  );
  if (!parsed.success) return refuse(parsed.error.issues.flatMap(describeIssue));
  const given = parsed.data;
  const missing = [
    ...REQUIRED.filter((name) => !given[name]),
    ...(given.ownerId && !given.repositoryId ? (["repositoryId"] as const) : []),
    ...(given.repositoryId && !given.ownerId ? (["ownerId"] as const) : []),
  ];
  const problems = missing.map((name) => `${name} is missing${why(name)}. ${remedyFor(name)}`);
  if (problems.length > 0) return refuse(problems);
  const stacks = stackNames(given.stacks);
  return {
    repository: repositoryOf(given),
    stateBucket: given.stateBucket ?? "",
    stateKey: given.stateKey ?? "",
    providerArn: given.providerArn || undefined,
    stacks,
    secretNames: secretNamesFrom(given.secrets, stacks),
  };
}

const why = (name: string): string =>
  /Id$/.test(name) ? ": set both ownerId and repositoryId, or neither" : "";

const remedyFor = (name: keyof typeof EXAMPLES): string => `Set it: ${setCommand(name, EXAMPLES[name])}`;

function describeIssue(issue: z.core.$ZodIssue): string[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map(
      (key) =>
        `unknown setting ${key}; the settings are ${BOOTSTRAP_SETTING_NAMES.join(", ")}. ` +
        `Remove it: pulumi config rm ${key}`,
    );
  const name = Object.keys(EXAMPLES).find((key) => key === issue.path[0]) as keyof typeof EXAMPLES;
  const rule = issue.code === "invalid_union" ? issue.errors.flat()[0]?.message : issue.message;
  return [`${name} ${rule ?? issue.message}. ${remedyFor(name)}`];
}

function repositoryOf({ repository = "", ownerId, repositoryId }: Given): GitHubRepository {
  const [owner = "", name = ""] = repository.split("/");
  return ownerId && repositoryId
    ? { owner, name, ids: { owner: ownerId, repository: repositoryId } }
    : { owner, name };
}

function refuse(problems: readonly string[]): never {
  throw new RunError(
    `The configuration of the bootstrap needs a change:\n${problems.map((text) => `- ${text}`).join("\n")}`,
  );
}
