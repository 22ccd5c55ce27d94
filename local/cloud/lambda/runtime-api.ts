import { serveHttp, type HttpReply, type HttpRequest } from "../http";

/** An error in the form in which a Lambda runtime reports it and the caller of the function sees it. */
export interface ErrorBody {
  readonly errorType: string;
  readonly errorMessage: string;
  /** The lines of the stack. */
  readonly trace: readonly string[];
}

/** One event on its way to the handler. */
export interface Invocation {
  readonly requestId: string;
  readonly functionArn: string;
  /** JSON. */
  readonly event: string;
  /** The difference between the function's clock and this machine's, in milliseconds. */
  readonly clockOffsetMs?: number;
}

/** The handler's answer to an invocation. */
export type Answer =
  { readonly ok: true; readonly payload: unknown } | { readonly ok: false; readonly error: ErrorBody };

/** The Runtime API of one process, which has one invocation at a time. */
interface RuntimeApi {
  /** Host and port, as in AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /** Resolves as soon as the process asks for work. The first time, its initialisation is over. */
  ready(): Promise<void>;
  /** The error of the initialisation, if it failed. */
  readonly initError: Promise<ErrorBody>;
  /** Delivers the invocation, to be answered before the deadline. Call it when `ready`. */
  deliver(invocation: Invocation, deadline: Date): Promise<Answer>;
  close(): Promise<void>;
}

const PREFIX = "/2018-06-01/runtime/";
const ACCEPTED: HttpReply = { status: 202, body: '{"status":"OK"}' };

/**
 * Starts a Lambda Runtime API for one process, the HTTP interface from which a runtime takes its invocations (AWS
 * Lambda developer guide, "Using the Lambda runtime API").
 */
export async function startRuntimeApi(): Promise<RuntimeApi> {
  const initError = createDeferred<ErrorBody>();
  let request = createDeferred<(reply: HttpReply) => void>();
  let pending: { readonly requestId: string; readonly answer: (answer: Answer) => void } | undefined;

  function handle({ method, path, body }: HttpRequest): HttpReply | Promise<HttpReply> {
    const route = `${method} ${path.replace(PREFIX, "")}`;
    if (route === "GET invocation/next") return new Promise((reply) => request.resolve(reply));
    if (route === "POST init/error") {
      initError.resolve(JSON.parse(body) as ErrorBody);
      return ACCEPTED;
    }
    const [, requestId, kind] = /^POST invocation\/([^/]+)\/(response|error)$/.exec(route) ?? [];
    if (requestId === undefined) {
      return refuse(404, "UnknownRoute", `The Lambda Runtime API has no ${method} ${path}`);
    }
    if (requestId !== pending?.requestId) {
      return refuse(400, "InvalidRequestID", `${requestId} is not the invocation in progress`);
    }
    const content: unknown = body === "" ? null : JSON.parse(body);
    const { answer } = pending;
    pending = undefined;
    answer(kind === "response" ? { ok: true, payload: content } : { ok: false, error: content as ErrorBody });
    return ACCEPTED;
  }

  const server = await serveHttp(handle);
  return {
    address: server.url.replace("http://", ""),
    ready: () => request.promise.then(() => undefined),
    initError: initError.promise,
    async deliver({ requestId, functionArn, event, clockOffsetMs = 0 }, deadline) {
      const reply = await request.promise;
      request = createDeferred();
      return new Promise((answer) => {
        pending = { requestId, answer };
        reply({
          status: 200,
          headers: {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": requestId,
            "Lambda-Runtime-Deadline-Ms": String(deadline.getTime()),
            "Lambda-Runtime-Invoked-Function-Arn": functionArn,
            "Lambda-Runtime-Trace-Id": traceId(requestId),
            // Lambda has no such header. It carries the clock of the local cloud.
            "Local-Clock-Offset-Ms": String(clockOffsetMs),
          },
          body: event,
        });
      });
    },
    close: () => server.close(),
  };
}

function refuse(status: number, errorType: string, errorMessage: string): HttpReply {
  return { status, body: JSON.stringify({ errorType, errorMessage }) };
}

/** An X-Ray header: version, time in hexadecimal seconds, 96 random bits; not sampled. */
function traceId(requestId: string): string {
  const time = Math.floor(Date.now() / 1000).toString(16);
  return `Root=1-${time}-${requestId.replaceAll("-", "").slice(0, 24).padEnd(24, "0")};Sampled=0`;
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

function createDeferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}
