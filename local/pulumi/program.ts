import { join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { buildWith } from "../../infra/stages/bundle";
import { reuseBundles } from "./kept-bundles";
import { unpackArchive } from "./archive";
import { collectingMocks } from "./mocks";
import type { DeclaredResource } from "../cloud/declared-resource";
import { turnDebugger } from "./debugger";
import { readPackageTreeOnce } from "./package-tree";

const PROJECT = "marble";
const PROJECT_FOLDER = resolve(__dirname, "../..");
const ENTRY = join(PROJECT_FOLDER, "index.ts");

// Local runs repeat often, so they reuse bundles.
buildWith(reuseBundles(PROJECT_FOLDER));
readPackageTreeOnce();

/** A Lambda that the program declared, ready to run. */
export interface DeclaredFunction {
  readonly name: string;
  readonly arn: string;
  /** the folder of its unpacked archive: the working directory of the Lambda */
  readonly directory: string;
  /** `<file without extension>.<export>`, in that folder */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly logGroup: string;
  /** the ARN of its role */
  readonly roleArn: string;
}

/** Everything that a run of the program declared. */
export interface Program {
  readonly stack: string;
  readonly resources: readonly DeclaredResource[];
  readonly functions: readonly DeclaredFunction[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

export interface ProgramOptions {
  /** the stack's configuration, keys with their namespace: `marble:alertEmail` */
  readonly config: Readonly<Record<string, string>>;
  /** default `local` */
  readonly stack?: string;
  /** the parent of the unpacked archives, each in `functions/<name>` */
  readonly workDirectory: string;
}

/**
 * Runs index.ts as `pulumi up` would, with mocks instead of AWS, and unpacks the archives that would be uploaded.
 *
 * The Pulumi SDK keeps its state in the process, so wait for one run before you start the next.
 *
 * @throws Error the program's own error, such as that of a wrong configuration
 */
export async function runProgram(options: ProgramOptions): Promise<Program> {
  const { config, stack = "local", workDirectory } = options;
  const { resources, outputs } = await declareResources({
    config,
    stack,
    // A Pulumi program works while it loads, so each run loads it again.
    program: () => {
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- nothing else makes Node load a module again
      delete require.cache[ENTRY];
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- after the mocks are set, not before
      return require(ENTRY) as Record<string, unknown>;
    },
  });
  const functions: DeclaredFunction[] = [];
  for (const resource of resources.filter(({ type }) => type === "aws:lambda/function:Function")) {
    const directory = resolve(workDirectory, "functions", resource.name);
    await unpackArchive({ archive: resource.inputs["code"], from: PROJECT_FOLDER, to: directory });
    functions.push(declaredFunction(resource, directory));
  }
  return { stack, resources, functions, outputs };
}

/** Runs a function that declares resources, under mocks. Returns the resources once all of them are resolved. */
export async function declareResources(options: {
  readonly config: Readonly<Record<string, string>>;
  readonly stack: string;
  readonly program: () => Record<string, unknown>;
}): Promise<Pick<Program, "resources" | "outputs">> {
  const { config, stack, program } = options;
  const resources: DeclaredResource[] = [];
  const mocks = collectingMocks(stack, (resource) => resources.push(resource));
  await pulumi.runtime.setMocks(mocks, PROJECT, stack);
  pulumi.runtime.setAllConfig({ ...config });
  await turnDebugger("on");
  // Pulumi runs a program in its project's folder. It reads package.json and bundles from there.
  const cwd = process.cwd();
  process.chdir(PROJECT_FOLDER);
  // An error that reached Pulumi would come back twice, once as a rejection that nobody can handle.
  let failure: { readonly error: unknown } | undefined;
  // Pulumi reads a stack trace for every promise, of an error without a message. Writing these takes half of the time.
  // eslint-disable-next-line @typescript-eslint/unbound-method -- is put back as it was
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = (error, frames) =>
    error.message === "" ? String(error) : [error, ...frames].map(String).join("\n    at ");
  const init = (): Record<string, unknown> => {
    try {
      return program();
    } catch (error) {
      failure = { error };
      return {};
    }
  };
  try {
    const outputs = await pulumi.runtime.runInPulumiStack(() => Promise.resolve(init()));
    await pulumi.runtime.disconnect();
    if (failure !== undefined) throw failure.error;
    return { resources, outputs: outputs ?? {} };
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    process.chdir(cwd);
    // Without the debugger V8 forgets which branches it counts.
    if (!process.env["NODE_V8_COVERAGE"]) await turnDebugger("off");
  }
}

function declaredFunction({ name, arn, inputs }: DeclaredResource, directory: string): DeclaredFunction {
  const given = inputs as {
    handler: string;
    timeout: number;
    memorySize: number;
    environment: { variables: Record<string, string> };
    loggingConfig: { logGroup: string };
    role: string;
  };
  return {
    name,
    arn,
    directory,
    handler: given.handler,
    environment: given.environment.variables,
    timeoutSeconds: given.timeout,
    memoryMb: given.memorySize,
    logGroup: given.loggingConfig.logGroup,
    roleArn: given.role,
  };
}
