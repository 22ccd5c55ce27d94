import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Readable } from "node:stream";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { startS3 } from "../../../../local/cloud/s3/server";
import type { S3Options, S3Server } from "../../../../local/cloud/s3/server";

/** A server on a separate directory, with a bucket "lake" and an SDK client. */
export interface TestS3 {
  readonly server: S3Server;
  readonly client: S3Client;
  readonly directory: string;
}

const cleanups: (() => Promise<void> | void)[] = [];

/** Starts a server that {@link stopAll} ends. Starting on the same `directory` again is a restart. */
export async function startTestS3(options: Partial<S3Options> = {}): Promise<TestS3> {
  const directory = options.directory ?? temporaryDirectory();
  const server = await startS3({ ...options, directory });
  await server.createBucket("lake");
  const client = clientFor(server.url);
  cleanups.push(async () => {
    client.destroy();
    await server.close();
  });
  return { server, client, directory };
}

/** A directory that {@link stopAll} removes. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "marble-s3-"));
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Stops everything that the tests started, in reverse order. */
export async function stopAll(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

/** The real SDK client, which signs as "AKIATEST" and never retries, so that tests see each answer. */
export function clientFor(url: string): S3Client {
  return new S3Client({
    endpoint: url,
    region: "eu-west-2",
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: "AKIATEST", secretAccessKey: "secret" },
  });
}

/** The whole object as text. */
export async function getText(client: S3Client, key: string): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: "lake", Key: key }));
  return text(Body as Readable);
}

/** The error code and HTTP status of a failed call, such as "NoSuchKey 404". */
export async function failureOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return `${name} ${$metadata?.httpStatusCode}`;
  }
  return "no failure";
}

/** A request that no SDK would send. The path is sent unchanged. */
export function rawRequest(options: {
  readonly url: string;
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}): Promise<{ readonly status: number; readonly body: string }> {
  const { url, method, path, headers = {}, body = "" } = options;
  const length = headers["transfer-encoding"] ? {} : { "content-length": String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const sent = request({ hostname, port, method, path, headers: { ...length, ...headers } }, (response) => {
      text(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: answer }), reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
