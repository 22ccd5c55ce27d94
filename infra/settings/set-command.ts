/** Keys that Pulumi takes for those of a secret; it refuses a value that is hard to guess without a word about it. */
const LOOKS_LIKE_A_SECRET = /pass|pwd|secret|token/i;

/**
 * The command that sets a value which is no secret, as a remedy names it.
 *
 * @param key as Pulumi takes it, `marble:sourceSecret`
 */
export function setCommand(key: string, value: string | number): string {
  const flag = LOOKS_LIKE_A_SECRET.test(key) ? " --plaintext" : "";
  return `pulumi config set ${key} ${typeof value === "number" ? value : `"${value}"`}${flag}`;
}
