/** The values that the provider and a service's API accept as one input. `findViolations` reads the rules as data. */
export type Rule =
  | TextRule
  | NumberRule
  | DocumentRule
  | { readonly kind: "flag" }
  /** uploaded code, whose size is checked after unpacking */
  | { readonly kind: "archive" }
  | { readonly kind: "oneOf"; readonly values: readonly (string | number)[] }
  | { readonly kind: "list"; readonly of: Rule; readonly most: number; readonly least: number }
  | MapRule
  | { readonly kind: "object"; readonly properties: Properties; readonly required: readonly string[] }
  /** the value fits one of the rules */
  | { readonly kind: "either"; readonly rules: readonly Rule[] };

export type Properties = Readonly<Record<string, Rule>>;

export interface TextRule {
  readonly kind: "text";
  /** in characters */
  readonly least: number;
  readonly most: number;
  /** matches the whole text */
  readonly pattern?: RegExp;
  /** matches no part of the text */
  readonly without?: RegExp;
}

export interface NumberRule {
  readonly kind: "number";
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
  readonly multipleOf?: number;
}

/** JSON as text, or as an object that the SDK turns into JSON. */
export interface DocumentRule {
  readonly kind: "document";
  readonly content: Rule;
  /** in bytes, without white space, which IAM does not count and `JSON.stringify` does not write */
  readonly mostBytes: number;
}

export interface MapRule {
  readonly kind: "map";
  readonly keys: Rule;
  readonly values: Rule;
  readonly most: number;
  /** of all keys and values together, in bytes */
  readonly mostBytes?: number;
}

/** A type of resource, by Pulumi's type token. */
export interface ResourceRules {
  /** the origin of the rules: a file of terraform-provider-aws, an API operation or a page of AWS's documentation */
  readonly sources: readonly string[];
  /** the input with the physical name, which Pulumi generates if the program gives none */
  readonly physicalName?: { readonly input: string; readonly rule: Rule };
  readonly inputs: Properties;
  readonly required?: readonly string[];
  /** checks several inputs together and returns a sentence for each fault */
  readonly together?: (inputs: Readonly<Record<string, unknown>>) => readonly string[];
}

export type ServiceRules = Readonly<Record<string, ResourceRules>>;

export const text = (
  least: number,
  most: number,
  { pattern, without }: Partial<Pick<TextRule, "pattern" | "without">> = {},
): TextRule => ({
  kind: "text",
  least,
  most,
  ...(pattern && { pattern }),
  ...(without && { without }),
});

export const whole = (least: number, most = Number.MAX_SAFE_INTEGER, multipleOf?: number): NumberRule => ({
  kind: "number",
  least,
  most,
  whole: true,
  ...(multipleOf !== undefined && { multipleOf }),
});

export const anyNumber: NumberRule = {
  kind: "number",
  least: -Number.MAX_VALUE,
  most: Number.MAX_VALUE,
  whole: false,
};

export const flag: Rule = { kind: "flag" };
export const archive: Rule = { kind: "archive" };
export const oneOf = (...values: (string | number)[]): Rule => ({ kind: "oneOf", values });
export const either = (...rules: Rule[]): Rule => ({ kind: "either", rules });

export const listOf = (of: Rule, { least = 0, most = Infinity } = {}): Rule => ({
  kind: "list",
  of,
  least,
  most,
});

export const mapOf = (
  keys: Rule,
  values: Rule,
  { most = Infinity, mostBytes }: { readonly most?: number; readonly mostBytes?: number } = {},
): MapRule => ({ kind: "map", keys, values, most, ...(mostBytes !== undefined && { mostBytes }) });

export const object = (properties: Properties, ...required: string[]): Rule => ({
  kind: "object",
  properties,
  required,
});

export const documentOf = (content: Rule, mostBytes: number): DocumentRule => ({
  kind: "document",
  content,
  mostBytes,
});
