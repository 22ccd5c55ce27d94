import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { dependencies } from "../../package.json";
import { bundle, findExport } from "./bundle";

/** What runs in a Lambda: an async function. Lambda's Node 24 knows no callback style. */
export type Handler = (event: unknown, context: aws.lambda.Context) => Promise<unknown>;

/** The arguments of a Lambda, with the function itself in place of an archive, and with a role. */
export type BundledFunctionArgs = Omit<
  aws.lambda.CallbackFunctionArgs<unknown, unknown>,
  "callback" | "callbackFactory" | "codePathOptions" | "policies" | "role"
> & {
  /** an exported function; it is found by identity among the loaded modules */
  readonly callback: Handler;
  /** Without one, Pulumi would attach nine broad managed policies. */
  readonly role: aws.iam.Role;
  /** Files that the archive holds in addition to the bundle; paths are relative to the project's folder, in the Lambda too. */
  readonly extraFiles?: readonly string[];
};

/**
 * A callback function whose code is bundled, not serialised.
 *
 * Pulumi turns a callback into text by walking its closure, which breaks ordinary code (`#private` fields,
 * module-level Maps, subclasses of Error) and ships every dependency. Here the callback's module is bundled
 * instead, and all that Pulumi serialises is a factory that requires the bundle. So any code is allowed, the
 * import stays typed, and the archive holds three small files.
 */
export class BundledFunction extends aws.lambda.CallbackFunction<unknown, unknown> {
  constructor(name: string, args: BundledFunctionArgs, opts?: pulumi.CustomResourceOptions) {
    const { callback, extraFiles = [], ...lambda } = args;
    const { module, files } = bundle(findExport(callback));
    const path = `./${module}`;
    super(
      name,
      {
        ...lambda,
        // eslint-disable-next-line @typescript-eslint/no-require-imports -- runs in the Lambda, next to the bundle
        callbackFactory: () => (require(path) as { handler: Handler }).handler,
        codePathOptions: {
          extraIncludePaths: [...files, ...extraFiles],
          extraExcludePackages: Object.keys(dependencies),
        },
      },
      opts,
    );
  }
}
