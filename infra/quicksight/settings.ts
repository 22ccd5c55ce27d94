import * as z from "zod";
import { list, optional, wholeNumber, yesOrNo } from "../settings/setting-types";

const PORT_RULE = "must be a port from 1 to 65535";
const PRINCIPALS_RULE = "must be ARNs of users or groups of QuickSight, separated by commas";
const PRINCIPAL = /^arn:[\w-]+:quicksight:[\w-]+:\d{12}:(user|group)\/\S+$/;

/** The settings of QuickSight, as part of a stack's settings. */
export const quickSightSettings = {
  quicksight: yesOrNo(false),
  quicksightHost: optional(/^[A-Za-z0-9.-]+$/, "must be the name of the warehouse's host"),
  quicksightPort: wholeNumber(PORT_RULE)
    .pipe(z.number().min(1, PORT_RULE).max(65_535, PORT_RULE))
    .default(5432),
  quicksightDatabase: optional(/^.{1,63}$/, "must be the name of the warehouse's database"),
  quicksightSecretArn: optional(
    /^arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:[\w/+=.@-]+$/,
    "must be the ARN of a secret in AWS Secrets Manager",
  ),
  quicksightAuthors: list(PRINCIPAL, PRINCIPALS_RULE),
  quicksightReaders: list(PRINCIPAL, PRINCIPALS_RULE),
  quicksightCurrency: z
    .string()
    .regex(/^[A-Z]{3}$/, "must be a currency such as GBP")
    .default("GBP"),
  quicksightVpcConnectionArn: optional(
    /^arn:[\w-]+:quicksight:[\w-]+:\d{12}:vpcConnection\/[\w-]+$/,
    "must be the ARN of a VPC connection of QuickSight",
  ),
};

export type QuickSightConfig = Readonly<z.infer<z.ZodObject<typeof quickSightSettings>>>;

/** Example values for settings without a useful default. */
export const QUICKSIGHT_EXAMPLES: readonly (readonly [string, string])[] = [
  ["quicksightHost", "warehouse.abc123.eu-west-2.rds.amazonaws.com"],
  ["quicksightDatabase", "warehouse"],
  [
    "quicksightSecretArn",
    "arn:aws:secretsmanager:eu-west-2:123456789012:secret:marble-dev-quicksight-a1b2c3",
  ],
  ["quicksightAuthors", "arn:aws:quicksight:eu-west-2:123456789012:group/default/analysts"],
  ["quicksightReaders", "arn:aws:quicksight:eu-west-2:123456789012:group/default/everybody"],
  ["quicksightVpcConnectionArn", "arn:aws:quicksight:eu-west-2:123456789012:vpcConnection/warehouse"],
];

const NEEDED = ["quicksightHost", "quicksightDatabase", "quicksightSecretArn", "quicksightAuthors"] as const;

/** The required settings of QuickSight that are missing. */
export const missingForQuickSight = (config: QuickSightConfig): string[] =>
  config.quicksight ? NEEDED.filter((name) => config[name].length === 0) : [];
