import * as pulumi from "@pulumi/pulumi";

/** What a secret may be called, and a star for any text; not at the beginning, where it would be any secret. */
const PATTERN = /^[\w/+=.@-][\w/+=.@*-]*$/;

/**
 * The names of the secrets of each stack, with a star for any text. Both stacks stand in one account, and nothing
 * but its name says of a secret whose it is: by default those of `dev` begin with `dev/`.
 */
export function secretNamesFrom(
  config: pulumi.Config,
  stacks: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const given = config.getObject<Readonly<Record<string, unknown>>>("secrets") ?? {};
  for (const stack of Object.keys(given)) {
    if (!stacks.includes(stack))
      throw new pulumi.RunError(`secrets: there is no stack ${stack}, only ${stacks.join(" and ")}`);
  }
  return new Map(stacks.map((stack) => [stack, names(stack, given[stack] ?? `${stack}/*`)]));
}

function names(stack: string, given: unknown): readonly string[] {
  const patterns = typeof given === "string" ? given.split(",") : [];
  if (patterns.length > 0 && patterns.every((pattern) => PATTERN.test(pattern))) return patterns;
  throw new pulumi.RunError(
    `secrets.${stack} is not a list of names with commas between them, such as ${stack}/*,Shared-Credentials`,
  );
}
