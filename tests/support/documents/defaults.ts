type Defaults = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Rewrites the defaults of a Pulumi.yaml. */
export const withDefaultsInYaml = (yaml: string, defaults: Defaults): string =>
  yaml.replace(
    /^( {2}(\w+):\n {4}type: \w+\n {4}default: ).*$/gm,
    (_, before: string, name: string) => before + yamlText(defaultOf(name, defaults)),
  );

/** Quotes the texts that YAML would read as empty or as dates. */
const yamlText = (value: string): string =>
  value === "" || /^\d{4}-\d\d-\d\d$/.test(value) ? `"${value}"` : value;

/**
 * Rewrites the second column of a table whose first column has the names of settings. Some settings share a row. A
 * setting that is empty by default may have a text about its effect in place of the default.
 */
export const withDefaultsInTable = (table: string, defaults: Defaults): string =>
  table.replace(/^\| ((?:`\w+`(?:, )?)+) \| ([^|]*) \|/gm, (_, names: string, cell: string) => {
    const values = [...names.matchAll(/\w+/g)].map(([name]) => defaultOf(name, defaults));
    const shown = (new Set(values).size === 1 ? values.slice(0, 1) : values).map((value) =>
      value === "" ? "–" : `\`${value}\``,
    );
    const isText = values.every((value) => value === "") && !/[–`]/.test(cell.slice(0, 1));
    return `| ${names} | ${isText ? cell : shown.join(", ")} |`;
  });

function defaultOf(name: string, defaults: Defaults): string {
  // The only setting without a default.
  if (name === "alertEmail") return "";
  const value = defaults[name];
  if (value === undefined) throw new Error(`the program has no default for ${name}`);
  return String(value);
}
