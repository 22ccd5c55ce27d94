/**
 * An error of the S3 protocol. A fault-injecting hook throws one to choose the answer: `new S3Error({ statusCode: 503,
 * code: "SlowDown", message: "Please reduce your request rate." })`.
 */
export class S3Error extends Error {
  override readonly name = "S3Error";
  readonly code: string;
  readonly statusCode: number;

  constructor(error: { readonly code: string; readonly statusCode: number; readonly message: string }) {
    super(error.message);
    this.code = error.code;
    this.statusCode = error.statusCode;
  }
}

/** Status and default message of each error, as in the S3 API reference, "Error responses". */
const knownErrors = {
  NotModified: [304, "Not Modified"],
  BadDigest: [
    400,
    "The Content-MD5 or checksum value that you specified did not match what the server received.",
  ],
  EntityTooSmall: [400, "Your proposed upload is smaller than the minimum allowed object size (5 MiB)."],
  IncompleteBody: [400, "The request body is not as long, or not framed, as its headers say."],
  InvalidArgument: [400, "Invalid argument."],
  InvalidBucketName: [400, "The specified bucket is not valid."],
  InvalidPart: [
    400,
    "One or more of the specified parts could not be found, or its entity tag did not match.",
  ],
  InvalidPartOrder: [400, "The list of parts was not in ascending order."],
  InvalidRequest: [400, "Invalid request."],
  InvalidTag: [400, "The tag provided was not a valid tag."],
  InvalidURI: [400, "Couldn't parse the specified URI."],
  KeyTooLongError: [400, "Your key is too long."],
  MalformedXML: [
    400,
    "The XML you provided was not well-formed or did not validate against our published schema.",
  ],
  XAmzContentSHA256Mismatch: [
    400,
    "The provided x-amz-content-sha256 header does not match what was computed.",
  ],
  NoSuchBucket: [404, "The specified bucket does not exist."],
  NoSuchKey: [404, "The specified key does not exist."],
  NoSuchUpload: [404, "The specified upload does not exist. It may have been aborted or completed."],
  BucketAlreadyOwnedByYou: [
    409,
    "Your previous request to create the named bucket succeeded and you own it.",
  ],
  MissingContentLength: [411, "You must provide the Content-Length HTTP header."],
  PreconditionFailed: [412, "At least one of the preconditions you specified did not hold."],
  InvalidRange: [416, "The requested range is not satisfiable."],
  InternalError: [500, "We encountered an internal error. Please try again."],
  NotImplemented: [501, "A header or query you provided implies functionality that is not implemented."],
} as const satisfies Record<string, readonly [statusCode: number, message: string]>;

/** The S3 error with this code and S3's status. `message` replaces the default message. */
export function s3Error(code: keyof typeof knownErrors, message?: string): S3Error {
  const [statusCode, standardMessage] = knownErrors[code];
  return new S3Error({ code, statusCode, message: message ?? standardMessage });
}
