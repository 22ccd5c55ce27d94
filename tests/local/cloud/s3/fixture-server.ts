import { startS3 } from "../../../../local/cloud/s3/server";

/** A server in a separate process that a test can kill. It sends its URL to the parent. */
async function main(): Promise<void> {
  const { url } = await startS3({ directory: process.argv[2] ?? "" });
  process.send?.(url);
}

void main();
