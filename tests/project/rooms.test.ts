import { readdirSync, readFileSync } from "node:fs";
import { dirname, extname, join, normalize, resolve } from "node:path";
import { expect } from "chai";
import { preProcessFile } from "typescript";

const PROJECT = resolve(__dirname, "../..");
const FOLDERS = ["adapters", "bench", "domain", "handlers", "infra", "local", "policy", "stages", "tests"];
/** A reader takes in this number of names at a glance. */
const MOST_SIBLINGS = 16;

/** Every folder of the code with the names in it. Paths are relative to the project's folder. */
function* foldersBelow(folder: string): Generator<{ folder: string; names: string[] }> {
  const entries = readdirSync(join(PROJECT, folder), { withFileTypes: true });
  yield { folder, names: entries.map(({ name }) => name) };
  for (const entry of entries) if (entry.isDirectory()) yield* foldersBelow(join(folder, entry.name));
}

/** The files that each file imports, types included. */
function readImports(): ReadonlyMap<string, readonly string[]> {
  const files = FOLDERS.flatMap((folder) => [...foldersBelow(folder)])
    .flatMap(({ folder, names }) => names.map((name) => join(folder, name)))
    .filter((file) => /\.tsx?$/.test(file));
  const known = new Set(files);
  return new Map(
    files.map((file) => {
      const { importedFiles } = preProcessFile(readFileSync(join(PROJECT, file), "utf8"));
      const imported = importedFiles
        .filter(({ fileName }) => fileName.startsWith("."))
        .map(({ fileName }) => normalize(join(dirname(file), fileName)));
      const paths = imported.flatMap((path) => [path, `${path}.ts`, `${path}.tsx`]);
      return [file, paths.filter((path) => extname(path) !== "" && known.has(path))];
    }),
  );
}

/** Circular chains of imports, each found once. */
function circlesOf(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const follow = (file: string, chain: readonly string[]): void => {
    const start = chain.indexOf(file);
    if (start !== -1) circles.push([...chain.slice(start), file]);
    if (start !== -1 || done.has(file)) return;
    for (const next of imports.get(file) ?? []) follow(next, [...chain, file]);
    done.add(file);
  };
  for (const file of imports.keys()) follow(file, []);
  return circles;
}

describe("The folders of the code", () => {
  it("have no circular imports, not even of types", () => {
    const imports = readImports();
    expect(imports.get("stages/ingest/ingest.ts")).to.include("stages/ingest/context.ts");
    expect(circlesOf(imports)).to.deep.equal([]);
  });

  it("are reported when their imports form a circle", () => {
    const imports = new Map([
      ["a", ["b"]],
      ["b", ["c"]],
      ["c", ["b"]],
    ]);
    expect(circlesOf(imports)).to.deep.equal([["b", "c", "b"]]);
  });

  it(`hold at most ${MOST_SIBLINGS} files and folders each`, () => {
    const crowded = FOLDERS.flatMap((folder) => [...foldersBelow(folder)])
      .filter(({ names }) => names.length > MOST_SIBLINGS)
      .map(({ folder, names }) => `${folder}: ${names.length}`);
    expect(crowded).to.deep.equal([]);
  });
});
