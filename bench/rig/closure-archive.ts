import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { buildSync } from "esbuild";
import { mkdirSync } from "node:fs";
import type { Handler } from "../../infra/stages/bundled-function";
import { findExport } from "../../infra/stages/bundle";
import { messageOf } from "../../domain/errors";
import { declareResources } from "../../local/pulumi/program";
import { unpackArchive } from "../../local/pulumi/archive";

/** A function's deployment package on disk. */
export interface UnpackedArchive {
  readonly directory: string;
  /** `file.export` */
  readonly handler: string;
}

/**
 * The archive that Pulumi makes of a plain callback: its closure as text, with every package. Code that uses modern
 * packages cannot be serialised. For it, the callback requires our code as one file, and Pulumi still ships the
 * packages.
 */
export async function closureArchive(
  callback: Handler,
  directory: string,
): Promise<UnpackedArchive & { readonly problem: string | undefined }> {
  const problem = await whyNotSerialisable(callback);
  const own = ownCode(callback, directory);
  const { resources } = await declareResources({
    config: {},
    stack: "bench",
    program: () => {
      const role = new aws.iam.Role("closure", { assumeRolePolicy: {} as aws.iam.PolicyDocument });
      const code =
        problem === undefined
          ? { callback }
          : {
              // eslint-disable-next-line @typescript-eslint/no-require-imports -- runs in the Lambda
              callbackFactory: () => (require(`./${own}`) as { handler: Handler }).handler,
              codePathOptions: { extraIncludePaths: [own] },
            };
      new aws.lambda.CallbackFunction("closure", { ...code, role, runtime: "nodejs24.x" });
      return {};
    },
  });
  const declared = resources.find(({ type }) => type === "aws:lambda/function:Function");
  if (declared === undefined) throw new Error("the callback made no function");
  await unpackArchive({ archive: declared.inputs["code"], from: process.cwd(), to: directory });
  return { directory, handler: String(declared.inputs["handler"]), problem };
}

async function whyNotSerialisable(callback: Handler): Promise<string | undefined> {
  try {
    await pulumi.runtime.serializeFunction(callback);
    return undefined;
  } catch (error) {
    return messageOf(error).split("\n")[0];
  }
}

/** The callback's module and all project files that it imports, as one file, without the packages. */
function ownCode(callback: Handler, directory: string): string {
  const { file, name } = findExport(callback);
  mkdirSync(directory, { recursive: true });
  const outfile = `.marble/bundles/closure-${name}.js`;
  buildSync({
    stdin: { contents: `export { ${name} as handler } from ${JSON.stringify(file)};`, resolveDir: directory },
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "cjs",
    logLevel: "silent",
  });
  return outfile;
}
