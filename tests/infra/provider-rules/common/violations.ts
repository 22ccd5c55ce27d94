import { asset } from "@pulumi/pulumi";
import type { DeclaredResource } from "../../../../local/cloud/declared-resource";
import type { DocumentRule, MapRule, NumberRule, Properties, ResourceRules, Rule, TextRule } from "./rule";

/**
 * The faults for which the provider or AWS would refuse a resource, as one sentence each with the type, the input and
 * the name of the resource. A type or an input without a rule is a fault too.
 */
export function findViolations(
  { type, name, inputs }: DeclaredResource,
  rules: ReadonlyMap<string, ResourceRules>,
): string[] {
  const own = rules.get(type);
  if (own === undefined) {
    const service = /^aws:(\w+)\//.exec(type)?.[1] ?? type;
    return [
      `${type} has no rules. Write down what the provider and the API accept for each of its inputs in ` +
        `tests/infra/provider-rules/${service}.ts, with the sources.`,
    ];
  }
  const at = `${type} ${name}`;
  const { physicalName } = own;
  const named =
    physicalName === undefined ? {} : { [physicalName.input]: inputs[physicalName.input] ?? name };
  const properties = physicalName ? { ...own.inputs, [physicalName.input]: physicalName.rule } : own.inputs;
  return [
    ...violationsOfObject(properties, own.required ?? [], { ...inputs, ...named }, at),
    ...(own.together?.(inputs) ?? []).map((fault) => `${at}: ${fault}`),
  ];
}

function violationsOf(rule: Rule, value: unknown, at: string): string[] {
  switch (rule.kind) {
    case "text":
      return violationsOfText(rule, value, at);
    case "number":
      return violationsOfNumber(rule, value, at);
    case "document":
      return violationsOfDocument(rule, value, at);
    case "map":
      return violationsOfMap(rule, value, at);
    case "flag":
      return typeof value === "boolean" ? [] : [`${at} is ${shown(value)}, not true or false`];
    case "archive":
      return value instanceof asset.AssetArchive ? [] : [`${at} is not an archive of assets`];
    case "oneOf":
      return rule.values.some((one) => one === value)
        ? []
        : [`${at} is ${shown(value)}, not one of ${rule.values.join(", ")}`];
    case "list": {
      if (!Array.isArray(value)) return [`${at} is ${shown(value)}, not a list`];
      const items = value.flatMap((item, index) => violationsOf(rule.of, item, `${at}[${index}]`));
      return [...outside(value.length, rule, "items", at), ...items];
    }
    case "object":
      return violationsOfObject(rule.properties, rule.required, value, at);
    case "either": {
      // Among several forms, report the form that the value is closest to.
      const [closest = []] = rule.rules
        .map((one) => violationsOf(one, value, at))
        .sort((a, b) => a.length - b.length);
      return closest;
    }
  }
}

function violationsOfText({ least, most, pattern, without }: TextRule, value: unknown, at: string): string[] {
  if (typeof value !== "string") return [`${at} is ${shown(value)}, not a text`];
  const found = pattern === undefined ? value : new RegExp(`^(?:${pattern.source})$`, "su").exec(value)?.[0];
  return [
    ...outside(Array.from(value).length, { least, most }, "characters", at),
    ...(found === undefined ? [`${at} is ${shown(value)} and does not match ${String(pattern)}`] : []),
    ...(without?.test(value) ? [`${at} is ${shown(value)} and must not contain ${String(without)}`] : []),
  ];
}

function violationsOfNumber(rule: NumberRule, value: unknown, at: string): string[] {
  if (typeof value !== "number") return [`${at} is ${shown(value)}, not a number`];
  const { least, most, multipleOf = 0 } = rule;
  const fits = value >= least && value <= most && (!rule.whole || Number.isSafeInteger(value));
  if (!fits) return [`${at} is ${value}, not a${rule.whole ? " whole" : ""} number from ${least} to ${most}`];
  return multipleOf !== 0 && value % multipleOf !== 0
    ? [`${at} is ${value}, not a multiple of ${multipleOf}`]
    : [];
}

function violationsOfDocument({ content, mostBytes }: DocumentRule, value: unknown, at: string): string[] {
  let parsed = value;
  if (typeof value === "string") {
    try {
      parsed = JSON.parse(value);
    } catch (error) {
      return [`${at} is not JSON: ${String(error)}`];
    }
  }
  const bytes = Buffer.byteLength(JSON.stringify(parsed));
  return [
    ...outside(bytes, { least: 2, most: mostBytes }, "bytes", at),
    ...violationsOf(content, parsed, at),
  ];
}

function violationsOfMap({ keys, values, most, mostBytes }: MapRule, value: unknown, at: string): string[] {
  if (!isObject(value)) return [`${at} is ${shown(value)}, not a map`];
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  const bytes = Buffer.byteLength(entries.map(([key, one]) => `${key}${String(one)}`).join(""));
  return [
    ...outside(entries.length, { least: 0, most }, "entries", at),
    ...outside(bytes, { least: 0, most: mostBytes ?? Infinity }, "bytes", at),
    ...entries.flatMap(([key, one]) => [
      ...violationsOf(keys, key, `${at}: the key ${key}`),
      ...violationsOf(values, one, `${at}.${key}`),
    ]),
  ];
}

function violationsOfObject(
  properties: Properties,
  required: readonly string[],
  value: unknown,
  at: string,
): string[] {
  if (!isObject(value)) return [`${at} is ${shown(value)}, not an object`];
  const given = Object.entries(value).filter(([, one]) => one !== undefined);
  const missing = required
    .filter((name) => value[name] === undefined)
    .map((name) => `${at}.${name} is missing`);
  return [
    ...missing,
    ...given.flatMap(([name, one]) => {
      const rule = Object.hasOwn(properties, name) ? properties[name] : undefined;
      return rule === undefined
        ? [
            `${at}.${name} has no rule. Write down what the provider and the API accept in ` +
              "tests/infra/provider-rules, in the file of the service.",
          ]
        : violationsOf(rule, one, `${at}.${name}`);
    }),
  ];
}

function outside(
  count: number,
  { least, most }: { readonly least: number; readonly most: number },
  unit: string,
  at: string,
): string[] {
  if (count < least) return [`${at} has ${count} ${unit}, at least ${least} are needed`];
  return count > most ? [`${at} has ${count} ${unit}, at most ${most} are allowed`] : [];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function shown(value: unknown): string {
  const whole = value === undefined ? "undefined" : JSON.stringify(value);
  return whole.length > 120 ? `${whole.slice(0, 120)}…` : whole;
}
