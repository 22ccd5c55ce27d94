/**
 * The program in the process of a Lambda function. It loads the handler and takes one invocation after the other from
 * the Lambda Runtime API, as the Node.js runtime of AWS does. It is compiled to one plain JavaScript file, so it
 * imports little except Node's modules and types.
 */
import { existsSync } from "node:fs";
import { Agent, request, type IncomingHttpHeaders } from "node:http";
import { createRequire } from "node:module";
import { Socket } from "node:net";
import { basename, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

import type { ErrorBody } from "./runtime-api";
import { machineNow, shiftDate } from "./shifted-date";

type Handler = (event: unknown, context: object) => unknown;

/** The file descriptor of a pipe that the parent keeps open while it lives. */
const PARENT_PIPE = 3;

const agent = new Agent({ keepAlive: true });
let currentRequestId: string | undefined;

async function main(): Promise<void> {
  endWithParent();
  process.on("uncaughtException", (error) => void crash(describeError(error), 129));
  process.on("unhandledRejection", (reason) => {
    void crash({ ...describeError(reason), errorType: "Runtime.UnhandledPromiseRejection" }, 128);
  });
  let handler: Handler;
  try {
    handler = await loadHandler(variable("LAMBDA_TASK_ROOT"), variable("_HANDLER"));
  } catch (error) {
    await crash(describeError(error), 1);
    return;
  }
  for (;;) await handleNext(handler);
}

/** The parent's end of the pipe closes with the parent, however the parent ends. */
function endWithParent(): void {
  const pipe = new Socket({ fd: PARENT_PIPE, readable: true, writable: false });
  const end = (): void => process.exit(1);
  pipe.on("close", end).on("error", end).resume().unref();
}

async function handleNext(handler: Handler): Promise<void> {
  const { headers, body } = await call("GET", "invocation/next");
  const requestId = header(headers, "lambda-runtime-aws-request-id");
  currentRequestId = requestId;
  shiftDate(Number(headers["local-clock-offset-ms"] ?? 0));
  process.env["_X_AMZN_TRACE_ID"] = header(headers, "lambda-runtime-trace-id");
  let answer: readonly [kind: "response" | "error", body: string];
  try {
    const result = await handler(JSON.parse(body), createContext(headers));
    answer = ["response", JSON.stringify(result ?? null)];
  } catch (error) {
    console.error("Invoke Error", error);
    answer = ["error", JSON.stringify(describeError(error))];
  }
  currentRequestId = undefined;
  await call("POST", `invocation/${requestId}/${answer[0]}`, answer[1]);
}

function createContext(headers: IncomingHttpHeaders): object {
  const deadline = Number(header(headers, "lambda-runtime-deadline-ms"));
  return {
    awsRequestId: header(headers, "lambda-runtime-aws-request-id"),
    invokedFunctionArn: header(headers, "lambda-runtime-invoked-function-arn"),
    functionName: variable("AWS_LAMBDA_FUNCTION_NAME"),
    functionVersion: variable("AWS_LAMBDA_FUNCTION_VERSION"),
    memoryLimitInMB: variable("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
    logGroupName: variable("AWS_LAMBDA_LOG_GROUP_NAME"),
    logStreamName: variable("AWS_LAMBDA_LOG_STREAM_NAME"),
    getRemainingTimeInMillis: () => deadline - machineNow(),
  };
}

/** Finds the handler `folder/file.export` under the task root. */
async function loadHandler(taskRoot: string, name: string): Promise<Handler> {
  const [, file, path] = /^([^.]+)\.(.+)$/.exec(basename(name)) ?? [];
  if (file === undefined || path === undefined) {
    throw runtimeError("MalformedHandlerName", `Bad handler "${name}"; write file.export`);
  }
  let value: unknown = await importModule(join(taskRoot, dirname(name), file));
  for (const key of path.split(".")) value = (value as Record<string, unknown> | null | undefined)?.[key];
  if (typeof value !== "function") {
    throw runtimeError("HandlerNotFound", `${name} is undefined or not exported as a function`);
  }
  return value as Handler;
}

async function importModule(path: string): Promise<unknown> {
  const extension = [".js", ".mjs", ".cjs"].find((candidate) => existsSync(path + candidate)) ?? "";
  const file = path + extension;
  try {
    const imported: unknown =
      extension === ".mjs" ? await import(pathToFileURL(file).href) : createRequire(file)(file);
    return imported;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error instanceof SyntaxError) throw runtimeError("UserCodeSyntaxError", String(error), error);
    const code = "code" in error ? error.code : undefined;
    const missing = code === "MODULE_NOT_FOUND" || code === "ERR_MODULE_NOT_FOUND";
    throw missing ? runtimeError("ImportModuleError", String(error), error) : error;
  }
}

function runtimeError(type: string, message: string, cause?: Error): Error {
  const error = new Error(message, { cause });
  error.name = `Runtime.${type}`;
  if (cause?.stack !== undefined) error.stack = cause.stack;
  return error;
}

/** Reports an error that the process cannot survive, and ends. */
async function crash(error: ErrorBody, exitCode: number): Promise<void> {
  console.error(error.trace.join("\n") || `${error.errorType}: ${error.errorMessage}`);
  const path = currentRequestId === undefined ? "init/error" : `invocation/${currentRequestId}/error`;
  try {
    await call("POST", path, JSON.stringify(error));
  } finally {
    process.exit(exitCode);
  }
}

function describeError(error: unknown): ErrorBody {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: error.stack?.split("\n") ?? [] };
}

/** Makes one call of the Runtime API. It rejects when the API is gone, so that the process ends. */
function call(
  method: "GET" | "POST",
  path: string,
  body?: string,
): Promise<{ headers: IncomingHttpHeaders; body: string }> {
  return new Promise((resolve, reject) => {
    const url = `http://${variable("AWS_LAMBDA_RUNTIME_API")}/2018-06-01/runtime/${path}`;
    request(url, { method, agent }, (response) => {
      text(response).then((content) => {
        const status = response.statusCode ?? 0;
        if (status < 300) resolve({ headers: response.headers, body: content });
        else reject(new Error(`The Lambda Runtime API answered ${status} to ${method} ${path}: ${content}`));
      }, reject);
    })
      .on("error", reject)
      .end(body);
  });
}

function header(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  if (typeof value !== "string") throw new Error(`The Lambda Runtime API sent no header ${name}`);
  return value;
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined)
    throw new Error(`The environment variable ${name} is missing in the Lambda process`);
  return value;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
