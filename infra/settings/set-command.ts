/**
 * Keys that look like names of secrets to Pulumi. It refuses a value that is hard to guess, unless the command says
 * that the value is plain.
 */
const LOOKS_LIKE_A_SECRET = /pass|pwd|secret|token/i;

/**
 * The command that sets a plain value.
 *
 * @param key with its namespace: `marble:sourceSecret`
 */
export function setCommand(key: string, value: string | number): string {
  const flag = LOOKS_LIKE_A_SECRET.test(key) ? " --plaintext" : "";
  return `pulumi config set ${key} ${typeof value === "number" ? value : `"${value}"`}${flag}`;
}
