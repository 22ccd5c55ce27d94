import { S3Error } from "../s3/protocol/errors";
import type { S3Request } from "../s3/server";
import type { AccessRequest, Authorizer } from "./authorizer";
import type { CredentialIssuer } from "./credentials";

/** The action that each operation needs (Amazon S3 user guide, "Required permissions for Amazon S3 API operations"). */
const ACTIONS: ReadonlyMap<string, string> = new Map([
  ["GetObject", "s3:GetObject"],
  ["HeadObject", "s3:GetObject"],
  ["PutObject", "s3:PutObject"],
  ["CreateMultipartUpload", "s3:PutObject"],
  ["UploadPart", "s3:PutObject"],
  ["CompleteMultipartUpload", "s3:PutObject"],
  ["AbortMultipartUpload", "s3:AbortMultipartUpload"],
  ["ListParts", "s3:ListMultipartUploadParts"],
  ["GetObjectTagging", "s3:GetObjectTagging"],
  ["PutObjectTagging", "s3:PutObjectTagging"],
  ["DeleteObjectTagging", "s3:DeleteObjectTagging"],
  ["DeleteObject", "s3:DeleteObject"],
  ["ListObjects", "s3:ListBucket"],
  ["ListObjectsV2", "s3:ListBucket"],
  ["HeadBucket", "s3:ListBucket"],
  ["ListMultipartUploads", "s3:ListBucketMultipartUploads"],
]);

/** Operations that create an object. Operations that only prepare one are exempt from `s3:if-none-match`. */
const CREATES: ReadonlySet<string> = new Set(["PutObject", "CompleteMultipartUpload"]);

/** Checks each request of the S3 stand-in against the policies. @throws S3Error AccessDenied */
export function s3Access(
  authorizer: Authorizer,
  credentials: CredentialIssuer,
): (request: S3Request) => Promise<void> {
  return async (request) => {
    for (const call of s3Calls(request)) {
      const principal = credentials.holder(request.accessKeyId);
      const { allowed, message } = await authorizer.decide({ principal, ...call });
      if (!allowed) throw new S3Error({ code: "AccessDenied", statusCode: 403, message });
    }
  };
}

/**
 * The permissions that a request needs, all of them. A write with `If-Match` reveals whether the object has changed, so
 * it needs the permission to read, too (Amazon S3 user guide, "How to prevent object overwrites with conditional
 * writes").
 */
export function s3Calls(request: S3Request): readonly Omit<AccessRequest, "principal">[] {
  const call = s3Call(request);
  const asksToRead = call.action === "s3:PutObject" && request.headers["if-match"] !== undefined;
  return asksToRead ? [call, { action: "s3:GetObject", resource: call.resource, context: {} }] : [call];
}

/** The action, the resource and the condition keys of a request. */
function s3Call(request: S3Request): Omit<AccessRequest, "principal"> {
  const { operation, bucket, key, headers, query } = request;
  const action = ACTIONS.get(operation);
  if (action === undefined)
    throw new S3Error({
      code: "AccessDenied",
      statusCode: 403,
      message: `Nobody may do ${operation} here: add the action that it needs in local/cloud/iam/s3-access.ts`,
    });
  const ifNoneMatch = headers["if-none-match"];
  const ifMatch = headers["if-match"];
  const prefix = query.get("prefix");
  return {
    action,
    resource: `arn:aws:s3:::${bucket}${key === "" ? "" : `/${key}`}`,
    context: {
      ...(action === "s3:PutObject" && { "s3:ObjectCreationOperation": String(CREATES.has(operation)) }),
      ...(action === "s3:PutObject" && ifNoneMatch !== undefined && { "s3:if-none-match": ifNoneMatch }),
      ...(action === "s3:PutObject" && ifMatch !== undefined && { "s3:if-match": ifMatch }),
      ...(action === "s3:ListBucket" && prefix !== null && { "s3:prefix": prefix }),
    },
  };
}
