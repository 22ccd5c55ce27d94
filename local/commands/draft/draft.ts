import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { parseCredentials } from "../../../adapters/aws/secrets";
import { withConnection } from "../../../adapters/postgres/postgres";
import { describeForDraft } from "../../../adapters/source/draft-catalogue";
import type { Draft } from "../../../domain/draft/catalogue";
import { draftModel } from "../../../domain/draft/draft";
import { databaseSecret } from "../../databases/database-secret";
import { HELP, parseDraftOptions, type DraftOptions } from "./draft-options";
import { printHelp } from "../terminal/help";
import { runCommand } from "../terminal/run-command";

/** `npm run draft`: drafts a model of a source from its catalogue. */

const PROJECT = resolve(__dirname, "../../..");

async function draft(options: DraftOptions): Promise<Draft> {
  const credentials = parseCredentials(databaseSecret(options.source, "--source"), "--source");
  const tables = await withConnection("source", credentials, (client) =>
    describeForDraft(client, options.schemas),
  );
  return draftModel(tables);
}

/** Writes the files of a draft. Refuses an existing folder, because a person may have worked there. */
async function writeDraft(folder: string, { files }: Draft): Promise<void> {
  if (existsSync(folder))
    throw new Error(`${relative(PROJECT, folder)} exists already: name another with --name, or delete it`);
  const { format } = await import("prettier");
  for (const { path, text } of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, await format(text, { parser: "typescript", printWidth: 110 }));
  }
}

const schemaOptions = (schemas: readonly string[]): string =>
  schemas.join() === "public" ? "" : schemas.map((name) => ` --source-schema ${name}`).join("");

/** The summary of the draft, for the terminal. */
function summary({ decisions, open, files }: Draft, { name, schemas }: DraftOptions): string {
  const width = Math.max(...decisions.map(({ table }) => table.length));
  const lines = decisions.map(
    ({ table, became, because }) => `  ${table.padEnd(width)}  ${became.padEnd(9)}  ${because}`,
  );
  return [
    `${files.length} files are in domain/${name}.`,
    "",
    ...lines,
    ...(open.length === 0 ? [] : ["", "Not in the draft:", ...open.map((sentence) => `  ${sentence}.`)]),
    "",
    "Next:",
    `  1. Read domain/${name}; delete what you do not need.`,
    `  2. Let domain/declarations.ts export from "./${name}/model".`,
    `  3. npx tsc, then npm run local -- --source URL --once${schemaOptions(schemas)}`,
    "  docs/your-own-database.md has the next steps.",
    "",
  ].join("\n");
}

async function main(): Promise<void> {
  const options = parseDraftOptions(process.argv.slice(2));
  if (options === "help") {
    printHelp(HELP);
    return;
  }
  const made = await draft(options);
  await writeDraft(join(PROJECT, "domain", options.name), made);
  process.stdout.write(summary(made, options));
}

runCommand("draft", main);
