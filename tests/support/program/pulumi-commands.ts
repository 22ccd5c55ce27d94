/** A command `pulumi config set` in a text. */
export interface SetCommand {
  /** the whole command */
  readonly text: string;
  /** `marble:sourceSecret`, `stateBucket`, `secrets.prod` */
  readonly key: string;
  /** undefined if the person who runs the command types it */
  readonly value: string | undefined;
  readonly flags: readonly string[];
}

const COMMAND = /pulumi (?:-C \S+ )?config set ((?:"[^"\n]*"|'[^'\n]*'|[^\s`"';&|)]|[ \t](?!&&|\|\|))+)/g;

/** The options of the command that take a value. */
const WITH_VALUE = new Set(["--stack", "--type"]);

/** The commands `pulumi config set` of a text, in Markdown, in a comment, or in the output of a program. */
export function setCommandsOf(text: string): readonly SetCommand[] {
  return [...text.replaceAll("\\\n", " ").matchAll(COMMAND)].map(([whole, args = ""]) => {
    const words = wordsOf(args);
    const flags = words.filter((word) => word.startsWith("--"));
    const [key = "", value] = words.filter(
      (word, place) => !word.startsWith("--") && !WITH_VALUE.has(words[place - 1] ?? ""),
    );
    return { text: whole.trim(), key, value, flags };
  });
}

/** Splits a command into words, as a shell does. */
const wordsOf = (args: string): string[] =>
  [...args.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? "",
  );

/** True if Pulumi may take the value of a key for a secret. */
// The rule of `pulumi config set`, without its measure of randomness: keyPattern and looksLikeSecret in
// https://github.com/pulumi/pulumi/blob/master/pkg/cmd/pulumi/config/config.go
export const looksLikeSecret = (key: string): boolean =>
  /passwd|pass|password|pwd|secret|token/i.test(key.split(":").at(-1) ?? "");

/** True for a value that only the reader or the reader's shell knows: `$(…)`, `"$KEY"`, `ARN`, `<value>`. */
export const isLeftOpen = (value: string | undefined): boolean =>
  value === undefined || /[$<…]|^[A-Z]+$/.test(value);
