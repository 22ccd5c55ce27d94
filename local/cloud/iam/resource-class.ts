import type { DeclaredPolicies } from "./policies";

/** An object of S3 whose key has only characters that no pattern treats in a special way. */
const PLAIN_OBJECT = /^(?<bucket>arn:aws:s3:::[\w.-]+)\/[\w./=-]+$/;

/**
 * Sorts resources into classes between which no policy distinguishes, so that one verdict counts for all of a class.
 * Two objects of a bucket are of one class if the same patterns of all policies match them. Each other resource is a
 * class alone.
 *
 * @returns the class of a resource, given its ARN
 */
export function resourceClasses({ roles, buckets }: DeclaredPolicies): (resource: string) => string {
  const statements = [...[...roles.values()].flat(), ...buckets.values()].flatMap(
    ({ Statement }) => Statement,
  );
  const patterns = [
    ...new Set(statements.flatMap(({ Resource = [], NotResource = [] }) => [Resource, NotResource].flat(2))),
  ];
  // Such a pattern depends on the call.
  if (patterns.some((pattern) => pattern.includes("${"))) return (resource) => resource;
  const matchers = patterns.map(matcherOf);
  return (resource) => {
    const bucket = PLAIN_OBJECT.exec(resource)?.groups?.["bucket"];
    if (bucket === undefined) return resource;
    return `${bucket}/*${matchers.map((matcher) => (matcher.test(resource) ? "1" : "0")).join("")}`;
  };
}

/** In a pattern of IAM, `*` matches any text and `?` any character. */
export const matcherOf = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
  );
