/** A repository on GitHub. */
export interface GitHubRepository {
  readonly owner: string;
  readonly name: string;
  /**
   * The ids of the owner and of the repository, if its tokens carry them. Those of repositories that were made,
   * renamed or transferred after 15 July 2026 do, and others can be switched over:
   * https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/
   */
  readonly ids?: { readonly owner: string; readonly repository: string };
}

/** Which jobs of a repository are meant. */
export type JobContext =
  /** those that run in an environment, and so under its rules: reviewers, branches */
  | { readonly environment: string }
  /** those of a branch that run in no environment */
  | { readonly branch: string }
  /** those of pull requests that run in no environment; GitHub gives no token to a fork's */
  | "pull_request";

/**
 * The `sub` of the tokens that GitHub gives to jobs: `repo:acme/marble:environment:dev`, or with ids
 * `repo:acme@123/marble@456:environment:dev`. A repository has one of the two formats, so a role trusts that
 * one only, to the letter.
 */
export function subjectOf({ owner, name, ids }: GitHubRepository, context: JobContext): string {
  const repository =
    ids === undefined ? `${owner}/${name}` : `${owner}@${ids.owner}/${name}@${ids.repository}`;
  return `repo:${repository}:${contextOf(context)}`;
}

function contextOf(context: JobContext): string {
  if (context === "pull_request") return context;
  return "environment" in context ? `environment:${context.environment}` : `ref:refs/heads/${context.branch}`;
}
