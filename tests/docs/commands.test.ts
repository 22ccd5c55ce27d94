import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { commandProblems, commandsIn } from "../support/shell-rules";

const PROJECT = join(__dirname, "../..");
const DOCUMENTS = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(PROJECT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];

describe("The commands of the documents", () => {
  it("wait for long runs, invoke a Lambda once, and run on macOS and Linux", () => {
    const read = DOCUMENTS.map((name) => ({
      name,
      commands: commandsIn(readFileSync(join(PROJECT, name), "utf8")),
    }));
    expect(
      read.flatMap(({ commands }) => commands.filter((one) => one.includes("aws lambda invoke -"))),
    ).not.to.deep.equal([]);
    const problems = read.flatMap(({ name, commands }) =>
      commands.flatMap((command) => commandProblems(command).map((why) => `${name}: ${command}: ${why}`)),
    );
    expect(problems).to.deep.equal([]);
  });

  for (const [command, problem] of [
    ["aws lambda invoke --function-name x --cli-read-timeout 0 out", /AWS_MAX_ATTEMPTS=1/],
    ["AWS_MAX_ATTEMPTS=1 aws lambda invoke --function-name x out", /--cli-read-timeout 0/],
    ["aws sqs receive-message --queue-url x", /--wait-time-seconds/],
    [`errors --start-time "$(date -d '-1 hour' +%s000)"`, /date -d/],
    ["sed -i s/a/b/ file", /sed -i/],
    ["grep -oP x file", /grep -oP/],
    ["ls | xargs -n 1 -r rm", /xargs/],
    ["timeout 5 psql", /timeout 5/],
  ] as const)
    it(`are refused: ${command}`, () => {
      expect(commandProblems(command).join("\n")).to.match(problem);
    });

  it("are found in blocks, with their continuation lines, and in text", () => {
    const markdown =
      "Run `npm  ci`:\n\n```sh\n# a comment\naws s3 \\\n  ls x\npwd\n```\n\n```ts\nconst x = 1;\n```\n";
    expect(commandsIn(markdown)).to.deep.equal(["aws s3 ls x", "pwd", "npm ci"]);
  });

  it("pass when they are right", () => {
    for (const command of [
      "AWS_MAX_ATTEMPTS=1 aws lambda invoke --cli-read-timeout 0 --function-name x out",
      "aws sqs receive-message --wait-time-seconds 20 --queue-url x",
      "aws lambda invoke",
      "sed -i.bak s/a/b/ file",
      "date -u +%Y",
    ])
      expect(commandProblems(command), command).to.deep.equal([]);
  });
});
