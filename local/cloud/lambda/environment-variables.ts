import { delimiter, dirname } from "node:path";

import { ACCOUNT_ID, REGION } from "../account";
import type { FunctionOptions } from "./options";

/** The name that AWS would give the function, without a version. */
export function functionArn({ name, environment }: FunctionOptions): string {
  return `arn:aws:lambda:${regionOf(environment)}:${ACCOUNT_ID}:function:${name}`;
}

/**
 * The whole environment of a function's process: the declared variables, and those that Lambda sets (AWS Lambda
 * developer guide, "Defined runtime environment variables"). It inherits nothing from this process, so a variable that
 * the program forgot is missing here, too.
 */
export function environmentVariables(
  options: FunctionOptions,
  runtimeApi: string,
  logStream: string,
): Record<string, string> {
  return {
    // Without these two, the AWS SDK looks for credentials in the user's home folder and on the network.
    HOME: "/home/sbx_user1051",
    AWS_EC2_METADATA_DISABLED: "true",
    ...options.environment,
    AWS_REGION: regionOf(options.environment),
    AWS_DEFAULT_REGION: regionOf(options.environment),
    AWS_LAMBDA_FUNCTION_NAME: options.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(options.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${options.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    LAMBDA_TASK_ROOT: options.directory,
    _HANDLER: options.handler,
    LANG: "en_US.UTF-8",
    PATH: [dirname(process.execPath), "/usr/local/bin", "/usr/bin", "/bin"].join(delimiter),
    TZ: "UTC",
  };
}

function regionOf(environment: Readonly<Record<string, string>>): string {
  return environment["AWS_REGION"] ?? REGION;
}
