/** A repository on GitHub. */
export interface GitHubRepository {
  readonly owner: string;
  readonly name: string;
  /**
   * The ids of the owner and of the repository, if its tokens have them. The tokens of repositories that were created,
   * renamed or transferred after 15 July 2026 have them, and other repositories can switch:
   * https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/
   */
  readonly ids?: { readonly owner: string; readonly repository: string };
}

/** The kind of a repository's jobs. */
type JobContext =
  /** jobs in an environment, with its rules: reviewers, branches */
  | { readonly environment: string }
  /** jobs of a branch, outside of any environment */
  | { readonly branch: string }
  /** jobs of pull requests, outside of any environment; GitHub gives no token to those of a fork */
  | "pull_request";

/**
 * The `sub` of the tokens that GitHub gives to jobs: `repo:acme/marble:environment:dev`, or with ids
 * `repo:acme@123/marble@456:environment:dev`. A repository uses one of the two formats, and a role trusts only that
 * one, exactly.
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
