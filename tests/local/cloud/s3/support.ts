import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Readable } from "node:stream";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { startS3 } from "../../../../local/cloud/s3/server";
import type { S3Options, S3Server } from "../../../../local/cloud/s3/server";

/** A server on its own directory with a bucket "lake", and the SDK's client for it. */
export interface TestS3 {
  readonly server: S3Server;
  readonly client: S3Client;
  readonly directory: string;
}

const cleanups: (() => Promise<void> | void)[] = [];

/** Starts a server that {@link stopAll} ends; on `directory` again, it is a restart. */
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

/** Undoes what the tests started, the last first. */
export async function stopAll(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

/** The real SDK client, signing as "AKIATEST" and trying once, so that tests see each answer. */
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

/** How a call failed: the error's code and the HTTP status, as "NoSuchKey 404". */
export async function failureOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return `${name} ${$metadata?.httpStatusCode}`;
  }
  return "no failure";
}

/** A request that no SDK would send; the path goes out as it is. */
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
