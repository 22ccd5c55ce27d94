import type { PolicyResource, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";

type Props = Readonly<Record<string, unknown>>;

/**
 * Stands in for a value that a preview cannot know because AWS assigns it, such as the ARN of a new bucket. Rules
 * accept it, because the deployment knows the value and checks it.
 */
export const UNKNOWN: unique symbol = Symbol("unknown during preview");

/** The error of @pulumi/policy when a rule reads an unknown value. Its class is not exported. */
const isUnknown = (error: unknown): boolean =>
  error instanceof Error && error.message.endsWith("can't be known during preview");

/** A deep copy of a property, with `UNKNOWN` where a read would throw. */
function settled(read: () => unknown): unknown {
  let value: unknown;
  try {
    value = read();
  } catch (error) {
    if (isUnknown(error)) return UNKNOWN;
    throw error;
  }
  // Not with `map`, which reads every element eagerly.
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    return Array.from({ length: list.length }, (_, index) => settled(() => list[index]));
  }
  if (typeof value !== "object" || value === null) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? settledProps(value as Props) : value;
}

const settledProps = (props: Props): Props =>
  Object.fromEntries(Object.keys(props).map((name) => [name, settled(() => props[name])]));

/** A rule over each resource of one type. `type` is Pulumi's type token. A property may be `UNKNOWN`. */
export function everyResource(
  rule: { readonly name: string; readonly description: string; readonly type: string | readonly string[] },
  violationsOf: (props: Props) => readonly string[],
): ResourceValidationPolicy {
  const types = [rule.type].flat();
  return {
    name: rule.name,
    description: rule.description,
    validateResource: ({ type, props }, report) => {
      if (!types.includes(type)) return;
      for (const violation of violationsOf(settledProps(props as Props))) report(violation);
    },
  };
}

/** A resource of a stack, as a rule over all resources sees it. */
export interface StackResource {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  /** A value may be `UNKNOWN`. */
  readonly props: Props;
  /** By property, the URNs of the resources that its value depends on. */
  readonly origins: Readonly<Record<string, readonly string[]>>;
}

const asStackResource = (resource: PolicyResource): StackResource => ({
  type: resource.type,
  name: resource.name,
  urn: resource.urn,
  props: settledProps(resource.props as Props),
  origins: Object.fromEntries(
    Object.entries(resource.propertyDependencies).map(([name, from]) => [name, from.map(({ urn }) => urn)]),
  ),
});

/**
 * Whether a property of one resource refers to another. If the value is unknown, its dependencies decide.
 *
 * @param path of the value: `["dimensions", "FunctionName"]`
 */
export function leadsTo(
  from: StackResource,
  path: readonly [string, ...string[]],
  to: StackResource,
): boolean {
  const value = at(from.props, ...path);
  if (value === UNKNOWN) return (from.origins[path[0]] ?? []).includes(to.urn);
  // A name, or an ARN that ends in one.
  const names = [at(to.props, "bucket"), at(to.props, "name"), to.name].filter(
    (name) => typeof name === "string",
  );
  return typeof value === "string" && names.some((name) => value === name || value.endsWith(`:${name}`));
}

/** A rule over several resources. The key of a violation is the name of the resource at fault. */
export function wholeStack(
  rule: { readonly name: string; readonly description: string },
  violationsOf: (all: (type: string) => readonly StackResource[]) => ReadonlyMap<string, string>,
): StackValidationPolicy {
  return {
    name: rule.name,
    description: rule.description,
    validateStack: ({ resources }, report) => {
      const byType = new Map<string, readonly StackResource[]>();
      const all = (type: string): readonly StackResource[] => {
        const found =
          byType.get(type) ?? resources.filter((resource) => resource.type === type).map(asStackResource);
        byType.set(type, found);
        return found;
      };
      for (const [name, violation] of violationsOf(all)) {
        report(
          `${name} ${violation}`,
          resources.find((resource) => resource.name === name && resource.type !== "")?.urn,
        );
      }
    },
  };
}

/** The resources that lack a counterpart, each with the missing part. */
export function lacking(
  resources: readonly StackResource[],
  options: { readonly what: string; readonly has: (resource: StackResource) => boolean },
): ReadonlyMap<string, string> {
  const { what, has } = options;
  return new Map(resources.filter((one) => !has(one)).map(({ name }) => [name, what]));
}

interface Statement {
  readonly Effect?: string;
  readonly Action?: unknown;
  readonly Resource?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The statements of a policy document, given as an object or as JSON; none if the document is unknown. */
export function statementsOf(policy: unknown): readonly Statement[] {
  const document: unknown = typeof policy === "string" ? JSON.parse(policy) : policy;
  const statements = at(document, "Statement");
  return [statements === UNKNOWN ? [] : (statements ?? [])].flat();
}

/** The texts of a value, which is a text or a list. Unknown ones are left out. */
export const textsOf = (value: unknown): readonly string[] =>
  [value].flat().filter((one) => typeof one === "string");

/** A nested property; undefined if part of the path is missing, `UNKNOWN` if part of it is unknown. */
export function at(props: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => {
    if (value === UNKNOWN) return UNKNOWN;
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  }, props);
}
