import { RunError } from "@pulumi/pulumi";

/** What a secret may be called, and a star for any text; not at the beginning, where it would be any secret. */
const PATTERN = /^[\w/+=.@-][\w/+=.@*-]*$/;

/**
 * The names of the secrets of each stack, with a star for any text. Both stacks are in one account, and nothing
 * but its name says of a secret whose it is: by default those of `dev` begin with `dev/`.
 *
 * @param json the setting `secrets`, an object with a text for each stack that has other names; undefined: none has
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
    // A text in the place of an object: below, as any other value.
    given = json;
  }
  if (typeof given === "object" && given !== null && !Array.isArray(given)) return { ...given };
  throw new RunError(
    "secrets has to say of which stack it speaks. " +
      `Remove it, and set it for a stack: pulumi config rm secrets && ${commandFor(stacks[0] ?? "dev")}`,
  );
}

function names(stack: string, given: unknown): readonly string[] {
  const patterns = typeof given === "string" ? given.split(",") : [];
  if (patterns.length > 0 && patterns.every((pattern) => PATTERN.test(pattern))) return patterns;
  throw new RunError(
    `secrets.${stack} is not a list of names with commas between them. Set it: ${commandFor(stack)}`,
  );
}

const commandFor = (stack: string): string =>
  `pulumi config set --path secrets.${stack} "${stack}/*,Shared-Credentials" --plaintext`;
