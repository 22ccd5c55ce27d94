import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { DEFAULTS, parseConfig, SETTING_NAMES } from "../../../infra/settings/config";
import {
  withDefaultsInTable,
  withDefaultsInYaml,
  withDescriptionsInYaml,
} from "../../support/documents/defaults";

const EMAIL = { "marble:alertEmail": "data@example.com" };
const projectPath = (name: string): string => join(__dirname, "../../..", name);
const projectFile = (name: string): string => readFileSync(projectPath(name), "utf8");

describe("The configuration of a stack", () => {
  it("requires only an e-mail address", () => {
    expect(parseConfig(EMAIL)).to.deep.equal({ ...DEFAULTS, alertEmail: "data@example.com" });
  });

  it("takes lists of ids with or without spaces and drops repeated ids", () => {
    const config = parseConfig({
      ...EMAIL,
      "marble:subnetIds": "subnet-0a1, subnet-0b2",
      "marble:securityGroupIds": "sg-0c3,sg-0c3",
    });
    expect(config).to.deep.include({ subnetIds: ["subnet-0a1", "subnet-0b2"], securityGroupIds: ["sg-0c3"] });
  });

  it("takes the values of the stack", () => {
    const config = parseConfig({
      ...EMAIL,
      "marble:ingestSchedule": "cron(0 6 * * ? *)",
      "marble:sourceSecret": "prod/totesys",
      "marble:loadMemory": "10240",
      "marble:protectData": "false",
    });
    expect(config).to.include({
      ingestSchedule: "cron(0 6 * * ? *)",
      sourceSecret: "prod/totesys",
      loadMemory: 10_240,
      protectData: false,
    });
  });

  it("ignores the settings of other programs", () => {
    expect(() => parseConfig({ ...EMAIL, "aws:region": "eu-west-2", "aws:profile": "data" })).not.to.throw();
  });
});

describe("A bad configuration", () => {
  const cases: readonly [key: string, value: string, says: string][] = [
    ["alertEmail", "nobody", "must be an e-mail address"],
    ["ingestSchedule", "rate(0 minutes)", 'Schedule expression "rate(0 minutes)" is invalid'],
    ["loadSchedule", "every day", 'Schedule expression "every day" is invalid'],
    ["sweepSchedule", "", 'Schedule expression "" is invalid'],
    ["sourceSchema", "pg_catalog", "must be the name of a PostgreSQL schema"],
    ["warehouseSchema", "", "must be the name of a PostgreSQL schema"],
    ["martsSchema", "é".repeat(32), "must be the name of a PostgreSQL schema: 1 to 63 bytes"],
    ["model", "shop", "must be declared or none"],
    ["mirror", "customer,,note", "must be none, all, or names of source tables, separated by commas"],
    ["calendarStart", "2020-02-30", "must be a date such as 2020-01-31"],
    ["calendarEnd", "31/12/2030", "must be a date such as 2020-01-31"],
    ["freshnessMinutes", "9", "must be a whole number of minutes from 10 to 10080"],
    ["freshnessMinutes", "10081", "must be a whole number of minutes from 10 to 10080"],
    ["logRetentionDays", "31", "must be one of 1, 3, 5, 7"],
    ["logRetentionDays", "forever", "must be one of 1, 3, 5, 7"],
    ["logLevel", "verbose", "must be one of DEBUG, INFO, WARN, ERROR"],
    ["reportMail", "7 am", "must be never, asked, or a time in UTC such as 07:00"],
    ["reportEmail", "nobody", "must be an e-mail address"],
    ["reportRetentionDays", "0", "must be a whole number of days from 1 to 3650"],
    ["ingestMemory", "64", "must be a whole number of MB from 128 to 10240"],
    ["processMemory", "10241", "must be a whole number of MB from 128 to 10240"],
    ["loadMemory", "1.5 GB", "must be a whole number of MB from 128 to 10240"],
    ["sliceMb", "0", "must be a whole number of MB, from 1"],
    ["taskMb", "-1", "must be a whole number of MB, from 0"],
    ["remodelConcurrency", "1", "must be 0, or a whole number from 2 to 1000"],
    ["remodelConcurrency", "1001", "must be 0, or a whole number from 2 to 1000"],
    ["protectData", "yes", "must be true or false"],
    ["objectLockDays", "-1", "must be a whole number of days, 0 for none"],
    ["objectLockDays", "36501", "must be a whole number of days, 0 for none"],
    ["kmsKeyArn", "alias/marble", "must be the ARN of a KMS key"],
    ["subnetIds", "vpc-0123", "must be ids such as subnet-0123456789abcdef0, separated by commas"],
    ["securityGroupIds", "default", "must be ids such as sg-0123456789abcdef0, separated by commas"],
    ["permissionsBoundary", "marble-boundary", "must be the ARN of a policy of IAM"],
    ["tracing", "on", "must be true or false"],
    ["athena", "1", "must be true or false"],
    ["quicksight", "yes", "must be true or false"],
    ["quicksightHost", "warehouse:5432", "must be the name of the warehouse's host"],
    ["quicksightPort", "65536", "must be a port from 1 to 65535"],
    ["quicksightDatabase", "d".repeat(64), "must be the name of the warehouse's database"],
    ["quicksightCurrency", "pounds", "must be a currency such as GBP"],
    ["quicksightReaders", "ada", "must be ARNs of users or groups of QuickSight, separated by commas"],
    ["quicksightAuthors", "ada", "must be ARNs of users or groups of QuickSight, separated by commas"],
    ["quicksightVpcConnectionArn", "vpc-0123", "must be the ARN of a VPC connection of QuickSight"],
  ];
  for (const [key, value, says] of cases) {
    it(`is refused, with the remedy: ${key} = "${value}"`, () => {
      const parse = (): unknown => parseConfig({ ...EMAIL, [`marble:${key}`]: value });
      expect(parse).to.throw(`marble:${key} is "${value}": ${says}`);
      expect(parse).to.throw(`pulumi config set marble:${key}`);
    });
  }

  it("is refused when the e-mail address is missing", () => {
    expect(() => parseConfig({})).to.throw(
      'marble:alertEmail is missing. Set it, for example with: pulumi config set marble:alertEmail "you@example.com"',
    );
  });

  it("is refused when the calendar ends before it starts", () => {
    expect(() => parseConfig({ ...EMAIL, "marble:calendarStart": "2031-01-01" })).to.throw(
      "marble:calendarStart is 2031-01-01, after marble:calendarEnd, which is 2030-12-31",
    );
  });

  it("is refused when its schedules let the warehouse exceed freshnessMinutes", () => {
    const config = { ...EMAIL, "marble:ingestSchedule": "rate(1 hour)" };
    expect(() => parseConfig(config)).to.throw(
      "marble:freshnessMinutes is 30, but with these schedules the warehouse is up to 65 minutes old. " +
        "Set it, for example with: pulumi config set marble:freshnessMinutes 130",
    );
    expect(() => parseConfig({ ...config, "marble:freshnessMinutes": "65" })).not.to.throw();
  });

  it("is refused with neither model nor mirror, and with QuickSight but no model", () => {
    const config = { ...EMAIL, "marble:model": "none" };
    expect(() => parseConfig(config)).to.throw("marble:model and marble:mirror are both none");
    expect(() => parseConfig({ ...config, "marble:mirror": "customer, order line" })).not.to.throw();
    const quicksight = {
      "marble:quicksight": "true",
      "marble:quicksightHost": "warehouse.example.com",
      "marble:quicksightDatabase": "warehouse",
      "marble:quicksightSecretArn": "arn:aws:secretsmanager:eu-west-2:123456789012:secret:marts-a1b2c3",
      "marble:quicksightAuthors": "arn:aws:quicksight:eu-west-2:123456789012:user/default/ada",
    };
    expect(() => parseConfig({ ...config, "marble:mirror": "all", ...quicksight })).to.throw(
      "marble:quicksight is true, but marble:model is none",
    );
  });

  it("is refused when the mirror shares a schema with other tables", () => {
    for (const other of ["warehouseSchema", "martsSchema"])
      expect(() => parseConfig({ ...EMAIL, [`marble:${other}`]: "mirror" })).to.throw(
        'marble:mirrorSchema is "mirror", which has the tables of the warehouse or the marts',
      );
  });

  it("is refused with subnets but no security group, or the reverse", () => {
    expect(() => parseConfig({ ...EMAIL, "marble:subnetIds": "subnet-0a1" })).to.throw(
      'marble:securityGroupIds is missing: a Lambda in a VPC needs subnets and security groups. Set it, for example with: pulumi config set marble:securityGroupIds "sg-0123456789abcdef0"',
    );
    expect(() => parseConfig({ ...EMAIL, "marble:securityGroupIds": "sg-0a1" })).to.throw(
      "marble:subnetIds is missing",
    );
  });

  for (const name of ["warehouseSchema", "martsSchema", "mirrorSchema"]) {
    it(`is refused when ${name} is the schema of the source in the same database`, () => {
      const shared = { ...EMAIL, "marble:warehouseSecret": "Totesys-Credentials" };
      const inOne = { ...shared, "marble:sourceSchema": "one", [`marble:${name}`]: "one" };
      expect(() => parseConfig(inOne)).to.throw(
        `marble:${name} is the schema that the source is read from (marble:sourceSchema), in the same database: ` +
          "ingest would capture what load wrote. Choose another schema, or the secret of another database (marble:warehouseSecret).",
      );
      expect(() => parseConfig({ ...shared, "marble:sourceSchema": "two" })).not.to.throw();
      expect(() =>
        parseConfig({ ...inOne, "marble:sourceSchema": "two", "marble:moreSourceSchemas": "three, one" }),
      ).to.throw(`marble:${name} is the schema that the source is read from (marble:moreSourceSchemas)`);
      expect(() =>
        parseConfig({ ...inOne, "marble:warehouseSecret": "Warehouse-Credentials" }),
      ).not.to.throw();
    });
  }

  it("may name further schemas of the source, each once", () => {
    const further = (names: string) => parseConfig({ ...EMAIL, "marble:moreSourceSchemas": names });
    expect(further("production, person").moreSourceSchemas).to.deep.equal(["production", "person"]);
    expect(() => further("production,public,production")).to.throw(
      "marble:sourceSchema and marble:moreSourceSchemas name the schema public twice: name each schema once.",
    );
    expect(() => further("production,,person")).to.throw(
      "must be names of PostgreSQL schemas, separated by commas",
    );
  });

  it("is refused for an unknown key, with the list of known keys", () => {
    const parse = (): unknown => parseConfig({ ...EMAIL, "marble:alertMail": "x@example.com" });
    expect(parse).to.throw(`unknown setting marble:alertMail; the settings are ${SETTING_NAMES.join(", ")}`);
    expect(parse).to.throw("pulumi config rm marble:alertMail");
  });

  it("is not shown when a value may be a secret instead of its name", () => {
    const parse = (): unknown => parseConfig({ ...EMAIL, "marble:sourceSecret": '{"password":"hunter2"}' });
    expect(parse).to.throw("marble:sourceSecret: must be the name of a secret");
    expect(parse).not.to.throw("hunter2");
    const parseArn = (): unknown => parseConfig({ ...EMAIL, "marble:quicksightSecretArn": "hunter2" });
    expect(parseArn).to.throw("marble:quicksightSecretArn: must be the ARN of a secret");
    expect(parseArn).not.to.throw("hunter2");
    const parseUrl = (): unknown =>
      parseConfig({ ...EMAIL, "marble:quicksightHost": "postgresql://me:hunter2@db/warehouse" });
    expect(parseUrl).to.throw("marble:quicksightHost: must be the name of the warehouse's host");
    expect(parseUrl).not.to.throw("hunter2");
  });

  it("is refused with all its problems in one error", () => {
    const parse = (): unknown => parseConfig({ "marble:logLevel": "loud", "marble:colour": "red" });
    expect(parse).to.throw(
      /alertEmail is missing(.|\n)*logLevel is "loud"(.|\n)*unknown setting marble:colour/,
    );
  });
});

describe("Pulumi.yaml", () => {
  it("declares each setting that has a default, in the order of the program and with its type", () => {
    const settings = [
      ...projectFile("Pulumi.yaml").matchAll(/^ {2}(\w+):\n {4}type: (\w+)\n {4}default: /gm),
    ].map(([, name, type]) => [name, type]);
    const known: Readonly<Record<string, unknown>> = DEFAULTS;
    const typeNames: Readonly<Record<string, string>> = { number: "integer", boolean: "boolean" };
    expect(settings).to.deep.equal(
      SETTING_NAMES.filter((name) => name in known).map((name) => [
        name,
        typeNames[typeof known[name]] ?? "string",
      ]),
    );
  });

  for (const file of ["Pulumi.dev.yaml", "Pulumi.prod.yaml"]) {
    it(`is completed by ${file} and an e-mail address`, () => {
      const values = [...projectFile(file).matchAll(/^ {2}(\w+:\w+): (.+)$/gm)].map(([, key, value]) => [
        key,
        value,
      ]);
      expect(values).to.deep.include(["aws:region", "eu-west-2"]);
      expect(() =>
        parseConfig({ ...EMAIL, ...(Object.fromEntries(values) as Record<string, string>) }),
      ).not.to.throw();
    });
  }
});

describe("The defaults and the meanings of the settings", () => {
  const table = "docs/configuration.md";
  const rewritten = {
    [table]: (text: string) => withDefaultsInTable(text, DEFAULTS),
    "Pulumi.yaml": (text: string) =>
      withDescriptionsInYaml(withDefaultsInYaml(text, DEFAULTS), projectFile(table)),
  };
  for (const [name, rewrite] of Object.entries(rewritten)) {
    it(`match ${name}, to which MARBLE_WRITE_DOCS=1 writes them`, () => {
      const document = rewrite(projectFile(name));
      if (process.env["MARBLE_WRITE_DOCS"] === "1") writeFileSync(projectPath(name), document);
      expect(projectFile(name)).to.equal(document);
    });
  }

  it("replace others in a file", () => {
    const yaml = "  logLevel:\n    type: string\n    default: LOUD\n    description: …\n";
    expect(withDefaultsInYaml(yaml, { logLevel: "INFO" })).to.equal(yaml.replace("LOUD", "INFO"));
    const row = "| `calendarStart` | `1999-01-01` | the range |\n";
    expect(withDefaultsInTable(row, { calendarStart: "2020-01-01" })).to.equal(
      row.replace("1999-01-01", "2020-01-01"),
    );
  });

  it("have no Markdown in Pulumi.yaml, and are texts of YAML", () => {
    const yaml = (name: string, description: string): string =>
      `  ${name}:\n    type: string\n    default: x\n    description: ${description}\n`;
    const table = [
      "| `mail` | – | when to [mail](report.md#mail): `never`, or a time ([why](a.md)) |",
      "| `colour` | – | a `colour` |",
    ].join("\n");

    expect(withDescriptionsInYaml(yaml("mail", "old") + yaml("colour", '"old: #"'), table)).to.equal(
      yaml("mail", '"When to mail: never, or a time."') + yaml("colour", "A colour."),
    );
    expect(() => withDescriptionsInYaml(yaml("size", "old"), table)).to.throw(
      "the table has no row for size",
    );
  });

  it("are refused for a setting that the program does not have", () => {
    expect(() => withDefaultsInTable("| `colour` | `red` | … |\n", DEFAULTS)).to.throw(
      "the program has no default for colour",
    );
  });
});
