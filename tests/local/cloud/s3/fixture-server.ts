import { startS3 } from "../../../../local/cloud/s3/server";

/** A server in a process of its own, for a test to kill: tells its URL to the parent. */
async function main(): Promise<void> {
  const { url } = await startS3({ directory: process.argv[2] ?? "" });
  process.send?.(url);
}

void main();
