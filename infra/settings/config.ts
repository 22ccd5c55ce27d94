import { RunError } from "@pulumi/pulumi/errors";
import * as z from "zod";
import { NEVER } from "../../domain/report/mail";
import { parseSchedule } from "../../domain/formats/schedule/schedule";
import { missingForQuickSight, QUICKSIGHT_EXAMPLES, quickSightSettings } from "../quicksight/settings";
import { setCommand } from "./set-command";
import {
  date,
  idList,
  megabytes,
  memory,
  mirrorChoice,
  optional,
  schedule,
  schemaName,
  schemaNames,
  secretName,
  wholeNumber,
  yesOrNo,
} from "./setting-types";

/** The namespace of the settings below. It precedes the colon in `pulumi config set marble:alertEmail …`. */
const NAMESPACE = "marble";

/** The retention periods that CloudWatch Logs offers, in days. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** An alarm of CloudWatch covers at most seven days. */
const FRESHNESS_RULE = "must be a whole number of minutes from 10 to 10080";

const LOCK_RULE = "must be a whole number of days, 0 for none";

/** AWS's limits for the parallel Lambdas of a queue; 0 declares no queue. */
const CONCURRENCY_RULE = "must be 0, or a whole number from 2 to 1000";

/** The longest link that fits into a mail. */
export const LONGEST_LINK = 150;

/** The levels that both Lambda and Powertools support. */
const LOG_LEVELS = ["DEBUG", "INFO", "WARN", "ERROR"] as const;

const MAIL_TIME = /^(?:never|asked|(?:[01]\d|2[0-3]):[0-5]\d)$/;
const MAIL_RULE = "must be never, asked, or a time in UTC such as 07:00";
const KEEP_RULE = "must be a whole number of days from 1 to 3650";

const settings = z.strictObject({
  alertEmail: z.email("must be an e-mail address"),
  ingestSchedule: schedule("rate(5 minutes)"),
  loadSchedule: schedule("rate(5 minutes)"),
  sweepSchedule: schedule("rate(15 minutes)"),
  sourceSecret: secretName("Totesys-Credentials"),
  warehouseSecret: secretName("Warehouse-Credentials"),
  sourceSchema: schemaName("public"),
  moreSourceSchemas: schemaNames(),
  warehouseSchema: schemaName("public"),
  martsSchema: schemaName("marts"),
  model: z.enum(["declared", "none"], "must be declared or none").default("declared"),
  mirror: mirrorChoice(),
  mirrorSchema: schemaName("mirror"),
  calendarStart: date("2020-01-01"),
  calendarEnd: date("2030-12-31"),
  maxDeletePercent: wholeNumber("must be a whole number from 0 to 100")
    .refine((percent) => percent <= 100, "must be a whole number from 0 to 100")
    .default(50),
  freshnessMinutes: wholeNumber(FRESHNESS_RULE)
    .pipe(z.number().min(10, FRESHNESS_RULE).max(10_080, FRESHNESS_RULE))
    .default(30),
  runbookUrl: z
    .string()
    .min(1)
    .max(LONGEST_LINK, `must have at most ${LONGEST_LINK} characters`)
    .default("docs/runbook.md"),
  logRetentionDays: wholeNumber(`must be one of ${RETENTION_DAYS.join(", ")}`)
    .refine((days) => RETENTION_DAYS.includes(days), `must be one of ${RETENTION_DAYS.join(", ")}`)
    .default(30),
  logLevel: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(", ")}`).default("INFO"),
  ingestMemory: memory(512),
  processMemory: memory(512),
  loadMemory: memory(512),
  sliceMb: megabytes(2048),
  taskMb: megabytes(256, { least: 0 }),
  remodelConcurrency: wholeNumber(CONCURRENCY_RULE)
    .refine((workers) => workers !== 1 && workers <= 1000, CONCURRENCY_RULE)
    .default(4),
  protectData: yesOrNo(true),
  objectLockDays: wholeNumber(LOCK_RULE).pipe(z.number().max(36_500, LOCK_RULE)).default(0),
  kmsKeyArn: optional(/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/, "must be the ARN of a KMS key"),
  subnetIds: idList("subnet"),
  securityGroupIds: idList("sg"),
  permissionsBoundary: optional(
    /^arn:[\w-]+:iam::(\d{12}|aws):policy\/.+$/,
    "must be the ARN of a policy of IAM",
  ),
  tracing: yesOrNo(false),
  athena: yesOrNo(true),
  report: yesOrNo(true),
  reportSchedule: schedule("rate(1 hour)"),
  reportMail: z.string().regex(MAIL_TIME, MAIL_RULE).default(NEVER),
  reportEmail: z.email("must be an e-mail address").or(z.literal("")).default(""),
  reportRetentionDays: wholeNumber(KEEP_RULE)
    .pipe(z.number().min(1, KEEP_RULE).max(3650, KEEP_RULE))
    .default(90),
  ...quickSightSettings,
});

/** All settings of the platform, checked. Schedules are EventBridge expressions, and memory is in MB. */
export type MarbleConfig = Readonly<z.infer<typeof settings>>;

/** The names of all settings, in the order of this file. */
export const SETTING_NAMES: readonly string[] = Object.keys(settings.shape);

/** Example values for settings without a useful default, for the remedy. */
const EXAMPLES: ReadonlyMap<string, string> = new Map([
  ["alertEmail", "you@example.com"],
  ["mirror", "all"],
  ["kmsKeyArn", "arn:aws:kms:eu-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"],
  ["subnetIds", "subnet-0123456789abcdef0,subnet-0fedcba9876543210"],
  ["securityGroupIds", "sg-0123456789abcdef0"],
  ["permissionsBoundary", "arn:aws:iam::123456789012:policy/github-marble-boundary-dev"],
  ...QUICKSIGHT_EXAMPLES,
]);

/**
 * Reads the settings of a stack.
 *
 * @param values all configuration, as `pulumi.runtime.allConfig()` returns it: keys with their namespace
 * @throws RunError, which Pulumi shows without a stack trace, with all problems: the key, what is wrong with it, and
 *   the remedy
 */
export function parseConfig(values: Readonly<Record<string, string>>): MarbleConfig {
  const own = Object.fromEntries(
    Object.entries(values)
      .filter(([key]) => key.startsWith(`${NAMESPACE}:`))
      .map(([key, value]) => [key.slice(NAMESPACE.length + 1), value]),
  );
  const parsed = settings.safeParse(own);
  const problems = parsed.success
    ? CHECKS.flatMap((check) => check(parsed.data))
    : parsed.error.issues.flatMap((issue) => describeIssue(issue, own));
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new RunError(
    `The configuration of this stack needs a change:\n${problems.map((text) => `- ${text}`).join("\n")}`,
  );
}

function calendarProblems({ calendarStart, calendarEnd }: MarbleConfig): string[] {
  if (calendarStart <= calendarEnd) return [];
  return [
    `${NAMESPACE}:calendarStart is ${calendarStart}, after ${NAMESPACE}:calendarEnd, which is ${calendarEnd}. ` +
      "Set an earlier start or a later end.",
  ];
}

/** People ignore an alarm that always rings. The check covers rates, not cron expressions. */
function freshnessProblems({ ingestSchedule, loadSchedule, freshnessMinutes }: MarbleConfig): string[] {
  const minutes = [ingestSchedule, loadSchedule]
    .map((expression) => parseSchedule(expression))
    .reduce((sum, schedule) => sum + (schedule.kind === "rate" ? schedule.intervalMs / 60_000 : 0), 0);
  if (minutes <= freshnessMinutes) return [];
  return [
    `${NAMESPACE}:freshnessMinutes is ${freshnessMinutes}, but with these schedules the warehouse is up to ${minutes} minutes old. ` +
      `Set it, for example with: ${setCommand(`${NAMESPACE}:freshnessMinutes`, minutes * 2)}`,
  ];
}

function networkProblems({ subnetIds, securityGroupIds }: MarbleConfig): string[] {
  if ((subnetIds.length === 0) === (securityGroupIds.length === 0)) return [];
  const missing = subnetIds.length === 0 ? "subnetIds" : "securityGroupIds";
  return [
    `${NAMESPACE}:${missing} is missing: a Lambda in a VPC needs subnets and security groups. ` +
      `Set it, for example with: ${remedyFor(missing)}`,
  ];
}

/** Load refuses it, too, when it knows the databases behind the secrets. */
function schemaProblems(config: MarbleConfig): string[] {
  const { sourceSecret, warehouseSecret, sourceSchema, moreSourceSchemas } = config;
  const read = [sourceSchema, ...moreSourceSchemas];
  const twice = new Set(read.filter((name, place) => read.indexOf(name) < place));
  const problems = [...twice].map(
    (name) =>
      `${NAMESPACE}:sourceSchema and ${NAMESPACE}:moreSourceSchemas name the schema ${name} twice: name each schema once.`,
  );
  if (sourceSecret !== warehouseSecret) return problems;
  const names = (["warehouseSchema", "martsSchema", "mirrorSchema"] as const).filter((name) =>
    read.includes(config[name]),
  );
  return [
    ...problems,
    ...names.map((name) => {
      const setting = config[name] === sourceSchema ? "sourceSchema" : "moreSourceSchemas";
      return (
        `${NAMESPACE}:${name} is the schema that the source is read from (${NAMESPACE}:${setting}), in the same database: ` +
        "ingest would capture what load wrote. Choose another schema, or the secret of another database " +
        `(${NAMESPACE}:warehouseSecret).`
      );
    }),
  ];
}

function quicksightProblems(config: MarbleConfig): string[] {
  return missingForQuickSight(config).map(
    (name) =>
      `${NAMESPACE}:${name} is missing: QuickSight needs it. ` +
      `Set it, for example with: ${remedyFor(name)}`,
  );
}

/** Without a model, the warehouse has only the mirror, and no marts. */
function modelProblems({ model, mirror, quicksight }: MarbleConfig): string[] {
  if (model === "declared") return [];
  return [
    ...(mirror === "none"
      ? [
          `${NAMESPACE}:model and ${NAMESPACE}:mirror are both none, so nothing would be loaded. ` +
            `Set one, for example with: ${setCommand(`${NAMESPACE}:mirror`, "all")}`,
        ]
      : []),
    ...(quicksight
      ? [
          `${NAMESPACE}:quicksight is true, but ${NAMESPACE}:model is none, so the warehouse has no marts. ` +
            `Set it, for example with: ${setCommand(`${NAMESPACE}:quicksight`, "false")}`,
        ]
      : []),
  ];
}

/** Two kinds of tables may have the same name. */
function mirrorSchemaProblems({ warehouseSchema, martsSchema, mirrorSchema }: MarbleConfig): string[] {
  if (mirrorSchema !== warehouseSchema && mirrorSchema !== martsSchema) return [];
  return [
    `${NAMESPACE}:mirrorSchema is "${mirrorSchema}", which has the tables of the warehouse or the marts: the mirror needs ` +
      `a separate schema. Set it, for example with: ${setCommand(`${NAMESPACE}:mirrorSchema`, "mirror")}`,
  ];
}

/** The checks of settings that depend on each other. */
const CHECKS = [
  calendarProblems,
  freshnessProblems,
  networkProblems,
  schemaProblems,
  quicksightProblems,
  modelProblems,
  mirrorSchemaProblems,
];

function describeIssue(issue: z.core.$ZodIssue, own: Readonly<Record<string, string>>): string[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map(
      (key) =>
        `unknown setting ${NAMESPACE}:${key}; the settings are ${SETTING_NAMES.join(", ")}. ` +
        `Remove it with: pulumi config rm ${NAMESPACE}:${key}`,
    );
  }
  const name = String(issue.path[0]);
  const remedy = `Set it, for example with: ${remedyFor(name)}`;
  const value = own[name];
  if (value === undefined) return [`${NAMESPACE}:${name} is missing. ${remedy}`];
  // The name of a secret is not shown, because a person may have put the secret itself here. A URL is not shown either,
  // because it may contain one.
  const hidden = /Secret(Arn)?$/.test(name) || /:\/\/|:.*@/.test(value);
  const shown = hidden ? "" : ` is "${value}"`;
  return [`${NAMESPACE}:${name}${shown}: ${issue.message.replace(/\.$/, "")}. ${remedy}`];
}

/** The command that sets a setting to an example. */
const remedyFor = (name: string): string => setCommand(`${NAMESPACE}:${name}`, exampleOf(name));

function exampleOf(name: string): string {
  const defaults: Readonly<Record<string, unknown>> = DEFAULTS;
  return EXAMPLES.get(name) ?? String(defaults[name]);
}

/** The defaults of all settings. */
export const DEFAULTS: Readonly<Omit<MarbleConfig, "alertEmail">> = settings
  .omit({ alertEmail: true })
  .parse({});
