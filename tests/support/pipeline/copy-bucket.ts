import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Pipeline } from "./pipeline";

/** Copies all objects of a bucket into a directory; returns their keys. */
export async function copyBucket(
  { s3 }: Pipeline,
  Bucket: "ingestion" | "processed",
  directory: string,
): Promise<string[]> {
  const client = new S3Client({
    endpoint: s3.url,
    region: "eu-west-2",
    forcePathStyle: true,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
  const keys = Contents.map(({ Key }) => Key!);
  for (const Key of keys) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    await mkdir(dirname(join(directory, Key)), { recursive: true });
    await writeFile(join(directory, Key), await Body!.transformToByteArray());
  }
  client.destroy();
  return keys;
}
