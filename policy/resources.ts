import type { PolicyResource, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";

export type Props = Readonly<Record<string, unknown>>;

/** A rule over each resource of one type. `type` is Pulumi's type token. */
export function everyResource(
  rule: { readonly name: string; readonly description: string; readonly type: string | readonly string[] },
  violationsOf: (props: Props) => readonly string[],
): ResourceValidationPolicy {
  const types = [rule.type].flat();
  return {
    name: rule.name,
    description: rule.description,
    validateResource: ({ type, props }, report) => {
      if (types.includes(type)) for (const violation of violationsOf(props as Props)) report(violation);
    },
  };
}

/** A resource of a stack, as a rule over all of them sees it. */
export interface StackResource {
  readonly type: string;
  readonly name: string;
  readonly props: Props;
}

/** A rule over what belongs together. The key of a violation is the name of the resource to blame. */
export function wholeStack(
  rule: { readonly name: string; readonly description: string },
  violationsOf: (all: (type: string) => readonly StackResource[]) => ReadonlyMap<string, string>,
): StackValidationPolicy {
  return {
    name: rule.name,
    description: rule.description,
    validateStack: ({ resources }, report) => {
      const all = (type: string): PolicyResource[] => resources.filter((resource) => resource.type === type);
      for (const [name, violation] of violationsOf(all)) {
        report(
          `${name} ${violation}`,
          resources.find((resource) => resource.name === name && resource.type !== "")?.urn,
        );
      }
    },
  };
}

/** Those of some resources that nothing stands for, each with what it lacks. */
export function lacking(
  resources: readonly StackResource[],
  options: { readonly what: string; readonly has: (resource: StackResource) => boolean },
): ReadonlyMap<string, string> {
  const { what, has } = options;
  return new Map(resources.filter((one) => !has(one)).map(({ name }) => [name, what]));
}

interface Statement {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The statements of a policy document, given as an object or as JSON. */
export function statementsOf(policy: unknown): readonly Statement[] {
  const document = (typeof policy === "string" ? JSON.parse(policy) : policy) as
    { readonly Statement?: Statement | readonly Statement[] } | undefined;
  return [document?.Statement ?? []].flat();
}

/** A property within properties; undefined where one on the way is missing. */
export function at(props: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined,
    props,
  );
}
