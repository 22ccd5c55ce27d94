import * as z from "zod";

/**
 * Values by table name. PostgreSQL allows any name, including names that every JavaScript object has: `constructor`,
 * `__proto__`. Objects without a prototype have none of them.
 */
type ByName<Value> = Record<string, Value>;

/** An empty object for values by name. */
export const emptyByName = <Value>(): ByName<Value> => Object.create(null) as ByName<Value>;

/** The value of a name; undefined when there is none. */
export const valueNamed = <Value>(
  values: Readonly<ByName<Value>> | undefined,
  name: string,
): Value | undefined => (values !== undefined && Object.hasOwn(values, name) ? values[name] : undefined);

/** Parses values by name. A record of zod would silently drop `__proto__`. */
export const byName = <Schema extends z.ZodType>(value: Schema) =>
  z.custom<ByName<unknown>>(isObject, "expected an object").transform((given, context) => {
    const values = emptyByName<z.output<Schema>>();
    for (const [name, one] of Object.entries(given)) {
      const read = value.safeParse(one);
      if (read.success) values[name] = read.data;
      else
        for (const { path, message } of read.error.issues)
          context.addIssue({ code: "custom", path: [name, ...path], message });
    }
    return values;
  });

const isObject = (given: unknown): boolean =>
  typeof given === "object" && given !== null && !Array.isArray(given);
