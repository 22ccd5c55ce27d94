import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { declareResources } from "../../../local/pulumi/program";

/** A resource as the program registers it with the engine. */
export interface Registration {
  /** Pulumi's type token, `aws:s3/bucket:Bucket` */
  readonly type: string;
  /** what the engine knows the resource by: with another URN it is another resource, and the old one is deleted */
  readonly urn: string;
  /** URNs that the resource had before: the engine takes a resource of the state under one of them for this one */
  readonly aliases: readonly string[];
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly options: pulumi.CustomResourceOptions;
}

interface RegistrationsOptions {
  readonly config: Readonly<Record<string, string>>;
  /** declares the resources; without it index.ts does */
  readonly program?: () => void;
}

const ENTRY = resolve(__dirname, "../../../index.ts");

/** Runs a program as stack `dev`, under mocks, and gives back what it registered, with its options. */
export async function registrationsOf(options: RegistrationsOptions): Promise<readonly Registration[]> {
  const { config, program = runIndex } = options;
  const seen: pulumi.ResourceTransformationArgs[] = [];
  const watched = (): Record<string, unknown> => {
    pulumi.runtime.registerStackTransformation((args) => {
      seen.push(args);
      return undefined;
    });
    program();
    return {};
  };
  await declareResources({ config, stack: "dev", program: watched });
  const byResource = new Map(seen.map((args) => [args.resource, args]));
  return await Promise.all(
    seen
      .filter(({ type }) => type !== "pulumi:pulumi:Stack")
      .map((args) => registrationOf(args, qualifiedType(args, byResource))),
  );
}

async function registrationOf(
  { resource, type, name, props, opts }: pulumi.ResourceTransformationArgs,
  qualified: string,
): Promise<Registration> {
  // The SDK keeps the aliases, those that come from the parents too, in a property that it does not declare.
  const { __aliases } = resource as unknown as { readonly __aliases: readonly pulumi.Input<string>[] };
  const { aliases, inputs } = await valueOf(
    pulumi.output({ aliases: [...__aliases], inputs: inputsOf(type, props) }),
  );
  return {
    type,
    urn: `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${qualified}::${name}`,
    // Under mocks a component's URN starts with the stack's type; the engine leaves that out.
    aliases: aliases.map((urn) => urn.replace("::pulumi:pulumi:Stack$", "::")),
    inputs,
    options: opts,
  };
}

/** The types of a resource's parents, outermost first, and its own, as the engine writes them into a URN. */
function qualifiedType(
  { type, opts }: pulumi.ResourceTransformationArgs,
  byResource: ReadonlyMap<pulumi.Resource, pulumi.ResourceTransformationArgs>,
): string {
  const parent = opts.parent === undefined ? undefined : byResource.get(opts.parent);
  return parent === undefined ? type : `${qualifiedType(parent, byResource)}$${type}`;
}

/** A component's inputs may be other components, which cannot be resolved to values. */
function inputsOf(type: string, props: pulumi.Inputs): pulumi.Inputs {
  return type.startsWith("marble:") ? {} : props;
}

function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((done) => {
    output.apply(done);
  });
}

function runIndex(): void {
  // A Pulumi program does its work when it is loaded, so load it again each time.
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- nothing else makes Node load a module again
  delete require.cache[ENTRY];
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- after the mocks are set, not before
  require(ENTRY);
}
