import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { compileFunction } from "node:vm";
import ts from "typescript";

const PROJECT = join(__dirname, "../../..");
const CONFIG = join(PROJECT, "tsconfig.json");

/** The path of a program for its imports. The file does not exist. */
const fileOf = (name: string): string => join(PROJECT, "domain/documented", `${name}.ts`);

function compilerOptions(): ts.CompilerOptions {
  const { options } = ts.convertCompilerOptionsFromJson(
    (
      ts.parseConfigFileTextToJson(CONFIG, readFileSync(CONFIG, "utf8")).config as {
        readonly compilerOptions: unknown;
      }
    ).compilerOptions,
    PROJECT,
  );
  return { ...options, types: [] };
}

/**
 * What the compiler says of each program, by the name of the program: `line 12: …`, the outermost message of each
 * error. All are compiled together, with the types of the project.
 */
export function compilerMessages(
  programs: Readonly<Record<string, string>>,
): Readonly<Record<string, readonly string[]>> {
  const texts = new Map(Object.entries(programs).map(([name, text]) => [fileOf(name), text]));
  const options = compilerOptions();
  const onDisk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...onDisk,
    fileExists: (file) => texts.has(file) || onDisk.fileExists(file),
    readFile: (file) => texts.get(file) ?? onDisk.readFile(file),
    getSourceFile: (file, ...rest) => {
      const text = texts.get(file);
      return text === undefined
        ? onDisk.getSourceFile(file, ...rest)
        : ts.createSourceFile(file, text, COMMON_JS, true);
    },
  };
  const program = ts.createProgram([...texts.keys()], options, host);
  return Object.fromEntries(
    Object.keys(programs).map((name) => {
      const source = program.getSourceFile(fileOf(name));
      if (source === undefined) throw new Error(`${name} was not compiled`);
      const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      return [name, found.map((diagnostic) => shown(source, diagnostic))];
    }),
  );
}

/** CommonJS, like the files of the project. */
const COMMON_JS = {
  languageVersion: ts.ScriptTarget.ES2022,
  impliedNodeFormat: ts.ModuleKind.CommonJS,
} as const;

function shown(source: ts.SourceFile, { start = 0, messageText }: ts.Diagnostic): string {
  const { line } = source.getLineAndCharacterOfPosition(start);
  return `line ${line + 1}: ${typeof messageText === "string" ? messageText : messageText.messageText}`;
}

/** Runs a program and returns what it exports. @throws what the program throws */
export function exportsOf(name: string, text: string): Readonly<Record<string, unknown>> {
  const fileName = fileOf(name);
  const { outputText } = ts.transpileModule(text, {
    fileName,
    compilerOptions: { ...compilerOptions(), module: ts.ModuleKind.CommonJS },
  });
  const exported: Record<string, unknown> = {};
  const run = compileFunction(outputText, ["exports", "require"], { filename: fileName }) as (
    ...given: unknown[]
  ) => void;
  run(exported, createRequire(fileName));
  return exported;
}
