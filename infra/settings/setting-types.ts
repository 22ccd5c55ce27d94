/** Types of settings. Each says which values it accepts, and the error for other values. */
import * as z from "zod";
import { parseSchemas } from "../../domain/capture/source-schemas";
import { LONGEST_NAME, nameBytes } from "../../domain/sql";
import { parseSchedule } from "../../domain/formats/schedule/schedule";
import { parseMirrorChoice } from "../../domain/warehouse/mirror/choice";

export function schedule(byDefault: string) {
  return z
    .string()
    .superRefine((expression, context) => {
      try {
        parseSchedule(expression);
      } catch (error) {
        context.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) });
      }
    })
    .default(byDefault);
}

/** The characters that Secrets Manager allows in a name. An ARN is not a name. */
export function secretName(byDefault: string) {
  const rule =
    "must be the name of a secret in AWS Secrets Manager (letters, digits and /_+=.@-), not its ARN or content";
  return z
    .string()
    .regex(/^[A-Za-z0-9/_+=.@-]{1,512}$/, rule)
    .default(byDefault);
}

const SCHEMA_RULE = `1 to ${LONGEST_NAME} bytes, not beginning with pg_`;

const isSchemaName = (name: string): boolean =>
  name !== "" && nameBytes(name) <= LONGEST_NAME && !/^pg_|\0/.test(name);

/** Any name that PostgreSQL gives to a schema of users. */
export function schemaName(byDefault: string) {
  return z
    .string()
    .refine(isSchemaName, `must be the name of a PostgreSQL schema: ${SCHEMA_RULE}`)
    .default(byDefault);
}

/** Schemas, separated by commas; none by default. */
export function schemaNames() {
  const rule = `must be names of PostgreSQL schemas, separated by commas; each: ${SCHEMA_RULE}`;
  return z
    .string()
    .transform(parseSchemas)
    .refine((names) => names.every(isSchemaName), rule)
    .default([]);
}

/** The tables to mirror. The text stays as it is, because the Lambda parses it. */
export function mirrorChoice() {
  return z
    .string()
    .superRefine((text, context) => {
      try {
        parseMirrorChoice(text);
      } catch {
        context.addIssue({
          code: "custom",
          message: "must be none, all, or names of source tables, separated by commas",
        });
      }
    })
    .default("none");
}

/** A setting that is empty by default. */
export function optional(pattern: RegExp, rule: string) {
  return z
    .string()
    .refine((value) => value === "" || pattern.test(value), rule)
    .default("");
}

/** Values separated by commas, each once; none by default. */
export function list(pattern: RegExp, rule: string) {
  return z
    .string()
    .transform((text) => (text === "" ? [] : [...new Set(text.split(",").map((id) => id.trim()))]))
    .refine((ids) => ids.every((id) => pattern.test(id)), rule)
    .default([]);
}

/** Ids of a kind of resource of EC2. */
export const idList = (kind: "subnet" | "sg") =>
  list(
    new RegExp(`^${kind}-[0-9a-f]+$`),
    `must be ids such as ${kind}-0123456789abcdef0, separated by commas`,
  );

export function date(byDefault: string) {
  return z.iso.date("must be a date such as 2020-01-31").default(byDefault);
}

export function yesOrNo(byDefault: boolean) {
  return z
    .enum(["true", "false"], "must be true or false")
    .transform((text) => text === "true")
    .default(byDefault);
}

/** The memory of a Lambda, within AWS's limits. */
export function memory(byDefault: number) {
  const rule = "must be a whole number of MB from 128 to 10240";
  return wholeNumber(rule).pipe(z.number().min(128, rule).max(10_240, rule)).default(byDefault);
}

/** An amount of data, in MB. */
export function megabytes(byDefault: number, { least = 1 } = {}) {
  const rule = `must be a whole number of MB, from ${least}`;
  return wholeNumber(rule).pipe(z.number().min(least, rule)).default(byDefault);
}

export function wholeNumber(rule: string) {
  return z
    .string()
    .regex(/^\d{1,9}$/, rule)
    .transform(Number);
}
