import { resolve } from "node:path";
import { EVERY_CHOICE } from "./choices";

/** A program that a person or a workflow runs with Pulumi. */
interface ProgramToDeclare {
  /** the file that Pulumi loads */
  readonly entry: string;
  readonly stack: string;
  /** keys with their namespace */
  readonly config: Readonly<Record<string, string>>;
}

const MARBLE = resolve(__dirname, "../../../index.ts");
const BOOTSTRAP = resolve(__dirname, "../../../bootstrap/index.ts");

/** The longest name that a stack can have, which is part of every name. */
const LONGEST = "a".repeat(30);

const withNamespace = (
  namespace: string,
  settings: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [`${namespace}:${name}`, value]));

const marble = (stack: string, settings: Readonly<Record<string, string>> = {}): ProgramToDeclare => ({
  entry: MARBLE,
  stack,
  config: withNamespace("marble", { alertEmail: "data@example.com", ...settings }),
});

const bootstrap = (settings: Readonly<Record<string, string>> = {}): ProgramToDeclare => ({
  entry: BOOTSTRAP,
  stack: "account",
  config: withNamespace("marble-bootstrap", {
    repository: "acme/marble",
    stateBucket: "acme-pulumi-state",
    stateKey: "arn:aws:kms:eu-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    ...settings,
  }),
});

const list = (count: number, item: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => item(index)).join(",");

const hex = (index: number): string => index.toString(16).padStart(17, "0");

/** Settings that make names, documents and lists as long as possible. */
const LONGEST_SETTINGS: Readonly<Record<string, string>> = {
  ...EVERY_CHOICE,
  alertEmail: `${"data.".repeat(12)}a@${"example.".repeat(15)}com`,
  reportEmail: `${"report.".repeat(9)}a@${"example.".repeat(15)}com`,
  reportMail: "07:00",
  runbookUrl: `https://example.com/${"r".repeat(130)}`,
  sourceSecret: `${LONGEST}/${"s".repeat(225)}`,
  warehouseSecret: `${LONGEST}/${"w".repeat(225)}`,
  sourceSchema: "s".repeat(63),
  moreSourceSchemas: list(20, (index) => `${index}`.padStart(63, "m")),
  warehouseSchema: "w".repeat(63),
  martsSchema: "m".repeat(63),
  ingestSchedule: "cron(0/15 0-23/2 ? JAN,FEB,MAR,APR,MAY,JUN,JUL,AUG,SEP,OCT,NOV,DEC MON-FRI 2025-2099)",
  freshnessMinutes: "10080",
  logRetentionDays: "3653",
  ingestMemory: "10240",
  processMemory: "10240",
  loadMemory: "10240",
  remodelConcurrency: "1000",
  objectLockDays: "36500",
  reportRetentionDays: "3650",
  subnetIds: list(16, (index) => `subnet-${hex(index)}`),
  securityGroupIds: list(5, (index) => `sg-${hex(index)}`),
  quicksightHost: `${"warehouse.".repeat(22)}example.com`,
  quicksightDatabase: "d".repeat(63),
};

/** Settings that make numbers as small as possible, and omit optional values. */
const LEAST_SETTINGS: Readonly<Record<string, string>> = {
  athena: "false",
  report: "false",
  remodelConcurrency: "2",
  ingestSchedule: "rate(1 minute)",
  loadSchedule: "rate(1 minute)",
  freshnessMinutes: "10",
  logRetentionDays: "1",
  ingestMemory: "128",
  processMemory: "128",
  loadMemory: "128",
  objectLockDays: "1",
  protectData: "false",
};

/** The programs, once for each set of settings that changes what they declare. */
export const PROGRAMS: Readonly<Record<string, ProgramToDeclare>> = {
  "the program as stack dev": marble("dev"),
  "the program as stack prod": marble("prod"),
  "the program with every choice and the longest names": marble(LONGEST, LONGEST_SETTINGS),
  "the program with as little as can be": marble("dev", LEAST_SETTINGS),
  "the bootstrap of an account": bootstrap(),
  "the bootstrap with the longest names": bootstrap({
    repository: `${"o".repeat(39)}/${"r".repeat(100)}`,
    ownerId: "1234567890",
    repositoryId: "1234567890",
    stacks: `${LONGEST},${"b".repeat(30)}`,
    secrets: JSON.stringify({ [LONGEST]: list(4, (index) => `${LONGEST}/${"s".repeat(60)}${index}`) }),
  }),
};

/** Loads a program again, because it does its work when it is loaded. */
export function runEntry(entry: string): Record<string, unknown> {
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- nothing else makes Node load a module again
  delete require.cache[entry];
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- after the mocks are set, not before
  return require(entry) as Record<string, unknown>;
}
