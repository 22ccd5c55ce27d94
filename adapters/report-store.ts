import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { storeError, objectStore } from "./object-store";
import { LATEST_REPORT, type ReportKey } from "../domain/report-keys";

/** The bucket of the reports. Those under a date are only ever created; `latest.html` is written over. */
export interface ReportStore {
  has(key: ReportKey): Promise<boolean>;
  /** Creates the report of a key, unless there is one. */
  keep(key: ReportKey, page: string): Promise<void>;
  /** Makes a page the latest. */
  replaceLatest(page: string): Promise<void>;
  /** Notes that something is done, of which the key is the name. Returns whether nobody had noted it before. */
  claim(key: ReportKey): Promise<boolean>;
  /** A link with which anybody can open a report, for so many seconds at most. */
  link(key: ReportKey, seconds: number): Promise<string>;
}

const PAGE = { ContentType: "text/html; charset=utf-8", CacheControl: "no-cache" };

export function reportStore(bucket: string, client: S3Client = new S3Client()): ReportStore {
  const store = objectStore(bucket, client);
  return {
    has: async (key) => (await store.firstKey(key)) === key,
    keep: async (key, page) => {
      await put(key, page, { IfNoneMatch: "*" });
    },
    replaceLatest: async (page) => {
      await put(LATEST_REPORT, page);
    },
    claim: (key) => put(key, "sent", { IfNoneMatch: "*" }),
    link: (key, seconds) =>
      getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: key }), { expiresIn: seconds }),
  };

  /** Returns false where there is an object already that must stay. */
  async function put(key: ReportKey, Body: string, condition: { IfNoneMatch?: "*" } = {}): Promise<boolean> {
    try {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body, ...PAGE, ...condition }));
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === "PreconditionFailed") return false;
      throw storeError(bucket, `write ${key}`, error);
    }
  }
}
