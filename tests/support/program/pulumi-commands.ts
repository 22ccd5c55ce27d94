/** A command `pulumi config set` as a text has it. */
export interface SetCommand {
  /** the whole, as it is written */
  readonly text: string;
  /** `marble:sourceSecret`, `stateBucket`, `secrets.prod` */
  readonly key: string;
  /** undefined: to be typed by whoever runs it */
  readonly value: string | undefined;
  readonly flags: readonly string[];
}

const COMMAND = /pulumi (?:-C \S+ )?config set ((?:"[^"\n]*"|'[^'\n]*'|[^\s`"';&|)]|[ \t](?!&&|\|\|))+)/g;

/** The commands `pulumi config set` of a text, in Markdown, in a comment, or as a program has printed it. */
export function setCommandsOf(text: string): readonly SetCommand[] {
  return [...text.replaceAll("\\\n", " ").matchAll(COMMAND)].map(([whole, args = ""]) => {
    const words = wordsOf(args);
    const flags = words.filter((word) => word.startsWith("--"));
    const [key = "", value] = words.filter((word) => !word.startsWith("--"));
    return { text: whole.trim(), key, value, flags };
  });
}

/** The words of a command, as a shell parts them. */
const wordsOf = (args: string): string[] =>
  [...args.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? "",
  );

/** Does Pulumi hold the value of such a key for a secret, if it is hard enough to guess? */
// The rule of `pulumi config set`, but for its measure of what is hard to guess: keyPattern and looksLikeSecret in
// https://github.com/pulumi/pulumi/blob/master/pkg/cmd/pulumi/config/config.go
export const looksLikeSecret = (key: string): boolean =>
  /passwd|pass|password|pwd|secret|token/i.test(key.split(":").at(-1) ?? "");

/** A value that only the shell of whoever types the command knows, or the reader: `$(…)`, `"$KEY"`, `ARN`, `<value>`. */
export const isLeftOpen = (value: string | undefined): boolean =>
  value === undefined || /[$<…]|^[A-Z]+$/.test(value);
