import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { dependencies } from "../../package.json";
import { bundle, findExport } from "./bundle";

/** The handler of a Lambda: an async function. Lambda's Node 24 does not support the callback style. */
export type Handler = (event: unknown, context: aws.lambda.Context) => Promise<unknown>;

/** The arguments of a Lambda, with the function instead of an archive, and with a role. */
type BundledFunctionArgs = Omit<
  aws.lambda.CallbackFunctionArgs<unknown, unknown>,
  "callback" | "callbackFactory" | "codePathOptions" | "policies" | "role"
> & {
  /** an exported function, found by identity among the loaded modules */
  readonly callback: Handler;
  /** Without a role, Pulumi would attach nine broad managed policies. */
  readonly role: aws.iam.Role;
  /** More files for the archive; their paths are relative to the project's folder, in the Lambda, too. */
  readonly extraFiles?: readonly string[];
};

/**
 * A callback function whose code is bundled, not serialised.
 *
 * Pulumi would serialise a callback with its closure, which breaks ordinary code (`#private` fields, module-level Maps,
 * subclasses of Error) and ships every dependency. Instead, this bundles the callback's module, and Pulumi serialises
 * only a factory that requires the bundle. So any code is allowed, imports keep their types, and the archive has three
 * small files.
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
