import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { Readable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { bucketOperations } from "./operations/bucket-operations";
import type { Headers } from "./protocol/body";
import { accessKeyIdOf, isExpired, parseCall } from "./protocol/call";
import type { Call, Reply } from "./protocol/call";
import { S3Error, s3Error } from "./protocol/errors";
import { ioBytes } from "./storage/layout";
import { multipartOperations } from "./operations/multipart-operations";
import { objectOperations } from "./operations/object-operations";
import { openStore } from "./storage/store";
import type { Committed } from "./storage/store";
import { formatXml } from "./protocol/xml";

/** A request, as a hook sees it. */
export interface S3Request {
  /** The name in the S3 API reference: "GetObject", "PutObject", "UploadPart", "ListObjectsV2", … */
  readonly operation: string;
  readonly bucket: string;
  /** "" for an operation on a bucket. */
  readonly key: string;
  /** The signer of the request; undefined if it is not signed. Signatures are not checked. */
  readonly accessKeyId: string | undefined;
  readonly headers: Headers;
  readonly query: URLSearchParams;
}

export interface S3Options {
  /** The folder of the buckets. An object is the plain file `<bucket>/<key>`. A later start finds all objects again. */
  readonly directory: string;
  /** On 127.0.0.1; by default a free port. */
  readonly port?: number;
  /**
   * Decides whether a request is allowed; by default all are. It throws the answer to a denied request. A caller who
   * may not list a bucket does not learn that an object is missing, so a miss asks again, as a list.
   */
  readonly authorize?: S3Hook;
  /**
   * Called before every operation, for fault injection. If it throws, the operation has no effect, and the exception is
   * the answer. An error with `code` and `statusCode` (an {@link S3Error}) is sent as such. Any other error resets the
   * connection.
   */
  readonly before?: S3Hook;
  /** Called after the operation has taken effect and before the answer. */
  readonly after?: S3Hook;
}

/** See {@link S3Options.before}. */
export type S3Hook = (request: S3Request) => Promise<void> | void;

/** An object was created or replaced. */
export interface ObjectCreated {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  /** Without quotes, as in S3's event messages. */
  readonly eTag: string;
  readonly at: Date;
  /** Hexadecimal digits of equal length. Of two events for a key, the later one has the greater value. */
  readonly sequencer: string;
}

/** A running stand-in for S3. It speaks the real protocol, path-style, to the real SDK. */
export interface S3Server {
  readonly url: string;
  /** Creates the bucket if it does not exist. */
  createBucket(name: string): Promise<void>;
  /** Calls the listener soon after each PutObject, CopyObject or CompleteMultipartUpload that took effect. */
  onObjectCreated(listener: (event: ObjectCreated) => void): void;
  /** Closes connections, frees the port and no longer touches the directory. A second call does nothing. */
  close(): Promise<void>;
}

/** Starts a stand-in for S3. One process at a time may use a directory. */
export async function startS3(options: S3Options): Promise<S3Server> {
  const store = openStore(resolve(options.directory));
  const listeners: ((event: ObjectCreated) => void)[] = [];
  const nextSequencer = createSequencer();
  const announce = ({ bucket, key, record: { size, eTag, lastModified } }: Committed): void => {
    const event = { bucket, key, size, eTag, at: new Date(lastModified), sequencer: nextSequencer() };
    for (const listener of listeners) queueMicrotask(() => listener(event));
  };
  const operations: Readonly<Record<string, (call: Call) => Reply | Promise<Reply>>> = {
    ...bucketOperations(store),
    ...objectOperations(store, announce),
    ...multipartOperations(store, announce),
  };

  async function answer(call: Call, response: ServerResponse): Promise<void> {
    const { operation, bucket, key } = call;
    const { headers, query } = call;
    const request = { operation, bucket, key, accessKeyId: accessKeyIdOf(call), headers, query };
    if (isExpired(query))
      throw new S3Error({ code: "AccessDenied", statusCode: 403, message: "Request has expired" });
    await options.authorize?.(request);
    await runHook(options.before, { request, response });
    const perform = operations[operation];
    if (perform === undefined) throw s3Error("NotImplemented", `${operation} is not implemented.`);
    const reply = await performOrHide(perform, { call, request });
    try {
      await runHook(options.after, { request, response });
    } catch (error) {
      if (reply.body instanceof Readable) reply.body.destroy();
      throw error;
    }
    await send(reply, response);
  }

  async function performOrHide(
    perform: (call: Call) => Reply | Promise<Reply>,
    { call, request }: { readonly call: Call; readonly request: S3Request },
  ): Promise<Reply> {
    try {
      return await perform(call);
    } catch (error) {
      if (error instanceof S3Error && error.code === "NoSuchKey")
        await options.authorize?.({ ...request, operation: "ListObjectsV2", key: "" });
      throw error;
    }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader("x-amz-request-id", randomUUID());
    try {
      await answer(parseCall(request), response);
    } catch (error) {
      if (!(error instanceof ConnectionFault)) await readToEnd(request);
      if (error instanceof ConnectionFault) response.socket?.resetAndDestroy();
      // Once the client has gone, or part of the body was sent, the only answer left is to close the connection.
      else if (response.headersSent || response.destroyed) response.destroy();
      else await send(errorReply(error, request), response);
    }
  }

  const inFlight = new Set<Promise<void>>();
  const server = createServer(
    { highWaterMark: ioBytes, keepAliveTimeout: 60_000, requestTimeout: 0 },
    (request, response) => {
      const serving = serve(request, response).finally(() => inFlight.delete(serving));
      inFlight.add(serving);
    },
  );
  await new Promise<void>((ready, failed) => {
    server.once("error", failed);
    server.listen(options.port ?? 0, "127.0.0.1", ready);
  });
  const { port } = server.address() as AddressInfo;

  async function close(): Promise<void> {
    const freed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await freed;
    await Promise.all(inFlight);
  }
  let closed: Promise<void> | undefined;

  return {
    url: `http://127.0.0.1:${port}`,
    // eslint-disable-next-line @typescript-eslint/require-await -- callers need not know that it is synchronous
    async createBucket(name) {
      if (!store.hasBucket(name)) store.createBucket(name);
    },
    onObjectCreated: (listener) => void listeners.push(listener),
    close: () => (closed ??= close()),
  };
}

/**
 * Reads what is left of a request's body. A connection that closes with unread bytes is reset, and the client may see
 * the reset instead of the answer.
 */
async function readToEnd(request: IncomingMessage): Promise<void> {
  request.resume();
  // A client that has gone reads no answer.
  await finished(request).catch(() => undefined);
}

/** Thrown by a hook to close the client's connection. */
class ConnectionFault extends Error {}

/** Runs a hook, at most as long as the client waits. */
async function runHook(
  hook: S3Hook | undefined,
  { request, response }: { readonly request: S3Request; readonly response: ServerResponse },
): Promise<void> {
  if (hook === undefined) return;
  try {
    const running = hook(request);
    const gone = new Promise<never>((_, reject) => {
      response.once("close", () => reject(new Error("The client closed the connection.")));
    });
    await Promise.race([running, gone]);
  } catch (error) {
    if (error instanceof Error && "code" in error && "statusCode" in error) {
      const { code, statusCode, message } = error;
      throw new S3Error({ code: String(code), statusCode: Number(statusCode), message });
    }
    throw new ConnectionFault("A hook broke the connection.", { cause: error });
  }
}

async function send(
  { status = 200, headers = {}, body = "" }: Reply,
  response: ServerResponse,
): Promise<void> {
  if (body instanceof Readable) {
    response.writeHead(status, headers);
    await pipeline(body, response);
    return;
  }
  const length = String(Buffer.byteLength(body));
  response.writeHead(
    status,
    status === 204 || status === 304 ? headers : { "content-length": length, ...headers },
  );
  response.end(body);
}

function errorReply(error: unknown, request: IncomingMessage): Reply {
  const { code, statusCode, message } =
    error instanceof S3Error ? error : s3Error("InternalError", `The local S3 failed: ${String(error)}`);
  const [resource] = (request.url ?? "").split("?");
  const body = formatXml([
    "Error",
    [
      ["Code", code],
      ["Message", message],
      ["Resource", resource],
    ],
  ]);
  return { status: statusCode, headers: { "content-type": "application/xml" }, body };
}

/** Grows with every call, and over restarts if the machine's clock does. */
function createSequencer(): () => string {
  let last = 0;
  return () => {
    last = Math.max(last + 1, Date.now() * 1000);
    return last.toString(16).toUpperCase().padStart(16, "0");
  };
}
