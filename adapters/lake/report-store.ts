import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { storeError, objectStore } from "./object-store";
import { TransientError } from "../../domain/errors";
import { editionMetadata, editionOf, isNewer, type Edition } from "../../domain/report/edition";
import { LATEST_REPORT, type ReportKey } from "../../domain/report/keys";
import { SDK_TIMEOUTS } from "../aws/sdk-timeouts";

/** The bucket of the business reports. Dated reports are only ever created; `latest.html` is overwritten. */
export interface ReportStore {
  has(key: ReportKey): Promise<boolean>;
  /** Creates the report with that key, unless it exists. */
  keep(key: ReportKey, page: string): Promise<void>;
  /**
   * Makes a page the latest report, unless `latest.html` shows a newer edition. Returns whether it did.
   * @throws TransientError when concurrent runs keep overwriting it
   */
  replaceLatest(page: string, edition: Edition): Promise<boolean>;
  /**
   * Records `who` as the owner of a key. Returns true if nobody owned it, or if `who` already owns it: after a request
   * whose answer was lost, or in a run that is repeated.
   */
  claim(key: ReportKey, who: string): Promise<boolean>;
  /** A presigned link to a report. Anybody can open it for at most that many seconds. */
  link(key: ReportKey, seconds: number): Promise<string>;
}

const PAGE = { ContentType: "text/html; charset=utf-8", CacheControl: "no-cache" };

/** Each retry means that a concurrent run won; a handful of concurrent runs is the most to expect. */
const ATTEMPTS = 10;

/** Another writer changed, locked or deleted the object in the meantime, so read it again. */
const LOST: ReadonlySet<string> = new Set(["PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"]);

type Condition = { readonly IfNoneMatch: "*" } | { readonly IfMatch: string };

export function reportStore(bucket: string, client: S3Client = new S3Client(SDK_TIMEOUTS)): ReportStore {
  const store = objectStore(bucket, client);
  return {
    has: async (key) => (await store.firstKey(key)) === key,
    keep: async (key, page) => {
      await putNew(key, page);
    },
    replaceLatest: async (page, edition) => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const latest = await readLatest();
        if (latest?.edition !== undefined && !isNewer(edition, latest.edition)) return false;
        const condition: Condition = latest === undefined ? { IfNoneMatch: "*" } : { IfMatch: latest.eTag };
        const metadata = editionMetadata(edition);
        if (await put(LATEST_REPORT, { body: page, condition, metadata, lost: LOST })) return true;
      }
      throw new TransientError(`other runs keep overwriting ${LATEST_REPORT} in the bucket ${bucket}`);
    },
    claim: async (key, who) => (await putNew(key, who)) || (await store.get(key)) === who,
    link: (key, seconds) =>
      getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: key }), { expiresIn: seconds }),
  };

  /** The edition of the latest report, and the ETag that identifies its current content. */
  async function readLatest(): Promise<{ eTag: string; edition: Edition | undefined } | undefined> {
    try {
      const command = new GetObjectCommand({ Bucket: bucket, Key: LATEST_REPORT, Range: "bytes=0-0" });
      // A GET of one byte instead of a HEAD, because errors of HEAD do not say what is forbidden.
      const { Body, ETag = "", Metadata = {} } = await client.send(command);
      await Body?.transformToByteArray();
      return { eTag: ETag, edition: editionOf(Metadata) };
    } catch (error) {
      if (error instanceof Error && error.name === "NoSuchKey") return undefined;
      throw storeError(bucket, `read ${LATEST_REPORT}`, error);
    }
  }

  function putNew(key: ReportKey, body: string): Promise<boolean> {
    return put(key, { body, condition: { IfNoneMatch: "*" }, lost: new Set(["PreconditionFailed"]) });
  }

  /** Returns false when the condition of the write does not hold, that is, for an error among `lost`. */
  async function put(
    key: ReportKey,
    object: {
      readonly body: string;
      readonly condition: Condition;
      readonly metadata?: Record<string, string>;
      readonly lost: ReadonlySet<string>;
    },
  ): Promise<boolean> {
    const { body: Body, condition, metadata, lost } = object;
    try {
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body,
          ...PAGE,
          ...condition,
          ...(metadata && { Metadata: metadata }),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof Error && lost.has(error.name)) return false;
      throw storeError(bucket, `write ${key}`, error);
    }
  }
}
