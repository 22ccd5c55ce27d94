import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { bootstrapSettings, BOOTSTRAP_SETTING_NAMES, REQUIRED } from "../../bootstrap/settings";
import { parseConfig, SETTING_NAMES } from "../../infra/settings/config";
import { devProgram } from "../support/program/dev-program";
import {
  isLeftOpen,
  looksLikeSecret,
  setCommandsOf,
  type SetCommand,
} from "../support/program/pulumi-commands";

const PROJECT = resolve(__dirname, "../..");
const read = (path: string): string => readFileSync(join(PROJECT, path), "utf8");

const DOCUMENTS = [
  ...[
    "README.md",
    "CONTRIBUTING.md",
    "Pulumi.yaml",
    "Pulumi.dev.yaml",
    "Pulumi.prod.yaml",
    "bootstrap/Pulumi.yaml",
  ],
  ...readdirSync(join(PROJECT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

const EMAIL = { "marble:alertEmail": "data@example.com" };
const BOOTSTRAP = {
  "marble-bootstrap:repository": "acme/marble",
  "marble-bootstrap:stateBucket": "acme-pulumi-state",
  "marble-bootstrap:stateKey": "arn:aws:kms:eu-west-2:123456789012:key/1",
};

const messageOf = (act: () => unknown): string => {
  try {
    act();
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

/** The problems that Pulumi, or the program that reads the value, would find in a command. */
function problemsOf({ text, key, value, flags }: SetCommand): string[] {
  const found: string[] = [];
  const add = (problem: string): void => void found.push(`${text}: ${problem}`);
  if (looksLikeSecret(key) && !flags.includes("--plaintext") && !flags.includes("--secret"))
    add("Pulumi takes it for a secret, and refuses it without --plaintext");
  // `marble:<name>` means any key of Marble. The keys of a provider are not checked.
  if (key.includes("<") || key.startsWith("aws:")) return found;
  const name = key.replace(/^marble:/, "").replace(/\..*$/, "");
  const isMarble = key.startsWith("marble:");
  if (!(isMarble ? SETTING_NAMES : BOOTSTRAP_SETTING_NAMES).includes(name)) add("unknown setting");
  else if (!isLeftOpen(value) && !key.includes("."))
    for (const line of isMarble ? marbleSays(key, value ?? "") : bootstrapSays(name, value ?? "")) add(line);
  return found;
}

/** The program's errors about the value alone, without errors about settings that are missing or do not fit it. */
const marbleSays = (key: string, value: string): string[] =>
  messageOf(() => parseConfig({ ...EMAIL, [key]: value }))
    .split("\n")
    .filter((line) => line.startsWith(`- ${key}`) && !/ is missing|^- \S+ and /.test(line));

const bootstrapSays = (name: string, value: string): string[] =>
  messageOf(() => bootstrapSettings({ ...BOOTSTRAP, [`marble-bootstrap:${name}`]: value }))
    .split("\n")
    .filter((line) => line !== "" && !/needs a change:$| is missing/.test(line));

describe("The commands of the documents that set something", () => {
  const commands = DOCUMENTS.flatMap((path) =>
    setCommandsOf(read(path)).map((command) => ({ path, command })),
  );

  it("name existing settings, give valid values, and mark names of secrets as plaintext", () => {
    expect(commands.length).to.be.above(25);
    expect(
      commands.flatMap(({ path, command }) => problemsOf(command).map((problem) => `${path}: ${problem}`)),
    ).to.deep.equal([]);
  });

  it("set every value that a stack and the bootstrap require", () => {
    const asked = (path: string): string[] => setCommandsOf(read(path)).map(({ key }) => key);
    const required = messageOf(() => parseConfig({})).match(/marble:\w+(?= is missing)/g) ?? [];
    expect(required).to.deep.equal(["marble:alertEmail"]);
    expect(asked("README.md")).to.include.members(required);
    expect(asked("docs/deploy.md")).to.include.members([...required, ...REQUIRED]);
  });

  it("give each stack a region, an address for alarms and a link to the runbook", () => {
    const stacks = DOCUMENTS.flatMap((path) =>
      [...read(path).matchAll(/^pulumi stack init (\w+).*\n((?:.+\n)+)/gm)].map(
        ([, stack = "", block = ""]) => ({
          stack,
          keys: setCommandsOf(block).map(({ key }) => key),
        }),
      ),
    ).filter(({ stack }) => stack !== "account");
    expect(stacks.map(({ stack }) => stack)).to.deep.equal(["dev", "dev", "prod"]);
    for (const { stack, keys } of stacks)
      expect(keys, stack).to.include.members(["aws:region", "marble:alertEmail", "marble:runbookUrl"]);
  });

  for (const [command, problem] of [
    ["pulumi config set marble:sourceSecret dev/Totesys", "without --plaintext"],
    ["pulumi config set --path secrets.prod 'a,b'", "without --plaintext"],
    ["pulumi config set marble:nosuch 1", "unknown setting"],
    ["pulumi config set nosuch 1", "unknown setting"],
    ["pulumi config set marble:athena off", "must be true or false"],
    ["pulumi config set repository marble", "must be OWNER/NAME"],
  ] as const) {
    it(`would be refused with: ${command}`, () => {
      const [found, ...others] = setCommandsOf(`Run \`${command}\`, then continue.`);
      expect(others).to.deep.equal([]);
      expect(problemsOf(found!).join()).to.include(problem);
    });
  }

  it("are found in a block, in a sentence, before another command and with a quoted value", () => {
    const text = [
      "```sh",
      'pulumi config set stateKey "$KEY"',
      "pulumi config set marble:loadMemory 2048 && pulumi up",
      "pulumi config set --path secrets.prod 'a,b' --plaintext",
      "pulumi config set --stack sales marble:martsSchema sales_marts",
      "```",
      "Say `pulumi config set marble:athena false`, or no.",
    ].join("\n");
    expect(setCommandsOf(text).map(({ key, value, flags }) => [key, value, ...flags])).to.deep.equal([
      ["stateKey", "$KEY"],
      ["marble:loadMemory", "2048"],
      ["secrets.prod", "a,b", "--path", "--plaintext"],
      ["marble:martsSchema", "sales_marts", "--stack"],
      ["marble:athena", "false"],
    ]);
  });
});

describe("The commands that the programs print as remedies", () => {
  const wrong = " ".repeat(600);
  const printed = [
    messageOf(() => parseConfig({})),
    ...SETTING_NAMES.map((name) => messageOf(() => parseConfig({ ...EMAIL, [`marble:${name}`]: wrong }))),
    messageOf(() => parseConfig({ ...EMAIL, "marble:subnetIds": "subnet-0a1" })),
    messageOf(() => parseConfig({ ...EMAIL, "marble:securityGroupIds": "sg-0a1" })),
    messageOf(() => parseConfig({ ...EMAIL, "marble:quicksight": "true" })),
    messageOf(() => parseConfig({ ...EMAIL, "marble:ingestSchedule": "rate(1 day)" })),
    messageOf(() => bootstrapSettings({})),
    ...BOOTSTRAP_SETTING_NAMES.map((name) =>
      messageOf(() => bootstrapSettings({ ...BOOTSTRAP, [`marble-bootstrap:${name}`]: wrong })),
    ),
    ...['"dev/*"', '{"dev":"*"}'].map((secrets) =>
      messageOf(() => bootstrapSettings({ ...BOOTSTRAP, "marble-bootstrap:secrets": secrets })),
    ),
  ];

  it("run as printed", () => {
    const commands = printed.flatMap((message) => setCommandsOf(message));
    expect(new Set(commands.map(({ key }) => key)).size).to.be.above(SETTING_NAMES.length);
    expect(commands.flatMap(problemsOf)).to.deep.equal([]);
  });

  it("exist for every setting", () => {
    for (const name of SETTING_NAMES)
      expect(
        messageOf(() => parseConfig({ ...EMAIL, [`marble:${name}`]: wrong })),
        name,
      ).to.include(`pulumi config set marble:${name} `);
  });
});

describe("The values that Pulumi requires before a program runs", () => {
  for (const path of ["Pulumi.yaml", "bootstrap/Pulumi.yaml"]) {
    it(`have a default for each key that ${path} declares`, () => {
      const { config } = parse(read(path)) as { config: Record<string, { default?: unknown }> };
      expect(Object.keys(config)).to.not.deep.equal([]);
      for (const [key, declared] of Object.entries(config)) expect(declared, key).to.have.property("default");
    });
  }
});

describe("The outputs that the documents read", () => {
  it("are outputs of the two programs", async () => {
    const { outputs } = await devProgram();
    const ofBootstrap = [...read("bootstrap/index.ts").matchAll(/^export const (\w+)/gm)].map(
      ([, name]) => name,
    );
    const asked = DOCUMENTS.flatMap((path) => [
      ...read(path).matchAll(/pulumi (-C bootstrap )?stack output (\w+)(?: --json \| jq -r "?\.([\w$]+))?/g),
    ]);
    expect(asked.length).to.be.above(10);
    for (const [text, bootstrap, name = "", part = ""] of asked) {
      if (bootstrap !== undefined) {
        expect(ofBootstrap, text).to.include(name);
        continue;
      }
      expect(outputs, text).to.have.property(name);
      if (/^\w+$/.test(part)) expect(outputs[name], text).to.have.property(part);
    }
  }).timeout(60_000);
});
