import { RunError } from "@pulumi/pulumi";

/**
 * A pattern of secret names. A star matches any text. It may not come first, because the pattern would match every
 * secret.
 */
const PATTERN = /^[\w/+=.@-][\w/+=.@*-]*$/;

/**
 * Patterns of the names of each stack's secrets. Both stacks are in one account, and only the name shows which stack a
 * secret belongs to. By default, the names for `dev` begin with `dev/`.
 *
 * @param json the setting `secrets`, an object with a text for each stack that uses other names; undefined if none does
 */
export function secretNamesFrom(
  json: string | undefined,
  stacks: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const given = objectOf(json, stacks);
  for (const stack of Object.keys(given)) {
    if (!stacks.includes(stack))
      throw new RunError(
        `secrets: unknown stack ${stack}; the stacks are ${stacks.join(" and ")}. ` +
          `Remove it: pulumi config rm --path secrets.${stack}`,
      );
  }
  return new Map(stacks.map((stack) => [stack, names(stack, given[stack] ?? `${stack}/*`)]));
}

function objectOf(json: string | undefined, stacks: readonly string[]): Readonly<Record<string, unknown>> {
  if (json === undefined) return {};
  let given: unknown;
  try {
    given = JSON.parse(json);
  } catch {
    // A text instead of an object fails below, like any other value.
    given = json;
  }
  if (typeof given === "object" && given !== null && !Array.isArray(given)) return { ...given };
  throw new RunError(
    "secrets must name a stack. " +
      `Remove the setting, and set it for a stack: pulumi config rm secrets && ${commandFor(stacks[0] ?? "dev")}`,
  );
}

function names(stack: string, given: unknown): readonly string[] {
  const patterns = typeof given === "string" ? given.split(",") : [];
  if (patterns.length > 0 && patterns.every((pattern) => PATTERN.test(pattern))) return patterns;
  throw new RunError(
    `secrets.${stack} is not a list of names separated by commas. Set it: ${commandFor(stack)}`,
  );
}

const commandFor = (stack: string): string =>
  `pulumi config set --path secrets.${stack} "${stack}/*,Shared-Credentials" --plaintext`;
