import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { METRICS_NAMESPACE } from "../../domain/metrics";
import { BundledFunction, type Handler } from "./bundled-function";
import { nameOf } from "../naming";
import {
  grantRole,
  sendTraces,
  standInVpc,
  useKey,
  writeLogs,
  type Permission,
} from "../permissions/permissions";

/** The common settings of all Lambdas of a stack. */
export interface Surroundings {
  /** The KMS key that encrypts the lake and the secrets; empty if AWS's keys do. */
  readonly kmsKeyArn: string;
  /** The subnets and security groups of the Lambdas. If both are empty, the Lambdas run outside a VPC. */
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  /** Whether X-Ray traces their runs. */
  readonly tracing: boolean;
}

/** The parts of a Lambda of the pipeline. */
export interface StageFunctionArgs extends Surroundings {
  /** exported by a separate file in handlers/ */
  readonly handler: Handler;
  /** additional variables for the handler's environment; never a secret */
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  /** permissions, in addition to the permission to write its log */
  readonly permissions: readonly Permission[];
  /** resources to deploy before it */
  readonly after?: readonly { readonly function: aws.lambda.Function }[];
  /** files that the handler reads, relative to the project's folder */
  readonly extraFiles?: readonly string[];
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly logLevel: string;
  readonly logGroup: aws.cloudwatch.LogGroup;
}

/** Declares a Lambda and its role. */
export function stageFunction(
  name: string,
  args: StageFunctionArgs,
  opts: pulumi.CustomResourceOptions,
): { readonly function: aws.lambda.Function; readonly roleArn: pulumi.Output<string> } {
  const { handler, environment, permissions, memoryMb, timeoutSeconds, logLevel, logGroup } = args;
  const fullName = nameOf(name);
  const { role, policy } = grantRole(
    fullName,
    {
      principal: { Service: "lambda.amazonaws.com" },
      permissions: [...permissions, writeLogs(logGroup), ...permissionsFor(fullName, args)],
    },
    opts,
  );
  const lambda = new BundledFunction(
    fullName,
    {
      callback: handler,
      extraFiles: args.extraFiles ?? [],
      role,
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      memorySize: memoryMb,
      timeout: timeoutSeconds,
      ...(args.subnetIds.length > 0 && {
        vpcConfig: { subnetIds: [...args.subnetIds], securityGroupIds: [...args.securityGroupIds] },
      }),
      ...(args.tracing && { tracingConfig: { mode: "Active" } }),
      loggingConfig: { logFormat: "Text", logGroup: logGroup.name },
      environment: {
        variables: {
          POWERTOOLS_SERVICE_NAME: name,
          POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
          POWERTOOLS_LOG_LEVEL: logLevel,
          MARBLE_ENVIRONMENT: pulumi.getStack(),
          NODE_OPTIONS: "--enable-source-maps",
          ...environment,
        },
      },
    },
    { ...opts, dependsOn: [policy, ...(args.after ?? []).map((stage) => stage.function)] },
  );
  return { function: lambda, roleArn: role.arn };
}

/** The permissions of a role for the VPC, the key and the tracing of its Lambda. */
const permissionsFor = (
  functionName: string,
  { kmsKeyArn, subnetIds, tracing }: Surroundings,
): Permission[] => [
  ...(kmsKeyArn === "" ? [] : [useKey(kmsKeyArn)]),
  ...(subnetIds.length === 0 ? [] : standInVpc(functionName)),
  ...(tracing ? [sendTraces()] : []),
];
