"use strict";
/**
 * Lets Node load TypeScript: `node -r ./register.cjs FILE.ts`. It leaves types to `npm run types`. The JavaScript is
 * that of ts-node, with which Pulumi loads the program.
 *
 * Compiling takes longer than most of what is then run, and each process of a test run would do it again. So what
 * was compiled is kept, under a name made of all that it follows from; what has changed has another name.
 */
requireNode(require("./package.json").engines.node);
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { basename, join } = require("node:path");
const { version } = require("typescript/package.json");

/** Where tools keep what they can make again; it goes with the dependencies. */
const KEPT = join(__dirname, "node_modules/.cache/marble/compiled");
const CONFIG = join(__dirname, "tsconfig.json");
const config = readFileSync(CONFIG, "utf8");

// Stack traces show the lines of the source.
process.setSourceMapsEnabled(true);
require.extensions[".ts"] = (module, file) => module._compile(compiled(file), file);

/** The JavaScript of a file, with a source map in it that names the file without its folder. */
function compiled(file) {
  const name = basename(file);
  const source = readFileSync(file, "utf8");
  const key = createHash("sha256").update(JSON.stringify([version, config, name, source]));
  const kept = join(KEPT, `${key.digest("hex")}.js`);
  try {
    return readFileSync(kept, "utf8");
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  const code = compile(name, source);
  mkdirSync(KEPT, { recursive: true });
  // Another process sees all of it or nothing.
  const draft = `${kept}.${process.pid}`;
  writeFileSync(draft, code);
  renameSync(draft, kept);
  return code;
}

function compile(fileName, source) {
  // Loaded only where something has to be compiled.
  const ts = require("typescript");
  const { compilerOptions } = ts.parseConfigFileTextToJson(CONFIG, config).config;
  const { options } = ts.convertCompilerOptionsFromJson(
    { ...compilerOptions, sourceMap: false, inlineSourceMap: true },
    __dirname,
  );
  return ts.transpileModule(source, { fileName, compilerOptions: options }).outputText;
}

/** Ends the process with one sentence on a Node that is older than the project needs: it would fail somewhere, with a stack trace. */
function requireNode(range) {
  const numbers = (version) => version.replace(/^\D*/, "").split(".").map(Number);
  const [major, minor] = numbers(process.version);
  const [leastMajor, leastMinor] = numbers(range);
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return;
  process.stderr.write(
    `marble: Node ${process.version} is too old: install Node ${leastMajor}.${leastMinor} or newer (https://nodejs.org)\n`,
  );
  process.exit(1);
}
