type Defaults = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Rewrites the defaults of a Pulumi.yaml. */
export const withDefaultsInYaml = (yaml: string, defaults: Defaults): string =>
  yaml.replace(
    /^( {2}(\w+):\n {4}type: \w+\n {4}default: ).*$/gm,
    (_, before: string, name: string) => before + yamlText(defaultOf(name, defaults)),
  );

/** Quotes the texts that YAML would read as empty, as dates, or as more than a text. */
const yamlText = (value: string): string =>
  value === "" || /^\d{4}-\d\d-\d\d$/.test(value) || /: | #|^["'[{&*!|>%@]/.test(value)
    ? JSON.stringify(value)
    : value;

/**
 * Rewrites the descriptions of a Pulumi.yaml: the meanings of a table of settings, without Markdown, as sentences.
 * @throws Error if the table lacks a setting
 */
export function withDescriptionsInYaml(yaml: string, table: string): string {
  const meanings = new Map(
    [...table.matchAll(/^\| `(\w+)` \| [^|]* \| (.*) \|$/gm)].map(([, name = "", meaning = ""]) => [
      name,
      meaning,
    ]),
  );
  return yaml.replace(
    /^( {2}(\w+):\n {4}type: \w+\n {4}default: .*\n {4}description: ).*$/gm,
    (_, before: string, name: string) => {
      const meaning = meanings.get(name);
      if (meaning === undefined) throw new Error(`the table has no row for ${name}`);
      return before + yamlText(sentence(meaning));
    },
  );
}

/** `the [secret](deploy.md)` becomes `The secret.` A link in brackets points to a document, so it is left out. */
function sentence(markdown: string): string {
  const plain = markdown
    .replace(/ \(\[[^\]]*\]\([^)]*\)\)/g, "")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll("`", "");
  return `${plain.charAt(0).toUpperCase()}${plain.slice(1)}.`;
}

/**
 * Rewrites the second column of a table whose first column has the names of settings. A setting that is empty by default
 * may have a text about its effect in place of the default.
 */
export const withDefaultsInTable = (table: string, defaults: Defaults): string =>
  table.replace(/^\| `(\w+)` \| ([^|]*) \|/gm, (_, name: string, cell: string) => {
    const value = defaultOf(name, defaults);
    const isText = value === "" && !/^[–`]/.test(cell);
    return `| \`${name}\` | ${isText ? cell : value === "" ? "–" : `\`${value}\``} |`;
  });

function defaultOf(name: string, defaults: Defaults): string {
  // The only setting without a default.
  if (name === "alertEmail") return "";
  const value = defaults[name];
  if (value === undefined) throw new Error(`the program has no default for ${name}`);
  return String(value);
}
