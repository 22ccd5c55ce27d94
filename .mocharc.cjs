"use strict";
const { readdirSync } = require("node:fs");
const { join } = require("node:path");

/**
 * The order of the test files, by folder. The longest file begins, so that no worker is left with it at the end.
 * Files that run the Pulumi program come last: it leaves V8's debugger on, and all that comes after in the process is
 * several times as slow (local/pulumi/debugger.ts).
 */
const ORDER = [
  "model",
  "stages",
  "domain",
  "adapters",
  "github",
  "report",
  "e2e",
  "local",
  "infra",
  "policy",
  "bootstrap",
];

const rank = (file) => {
  const [, folder = ""] = file.split(/[\\/]/);
  const place = ORDER.indexOf(folder);
  return place === -1 ? ORDER.length : place;
};

module.exports = {
  require: ["./register.cjs", "tests/support/hooks.ts"],
  spec: readdirSync(join(__dirname, "tests"), { recursive: true })
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => join("tests", file))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)),
  timeout: 30_000,
  extension: ["ts"],
  parallel: true,
  jobs: 2,
};
