import type { CredentialVariables } from "../../../local/cloud/iam/credentials";

/** Headers of a request to S3 in the name of a principal; the stand-in does not check the signature. */
export const signedBy = ({ AWS_ACCESS_KEY_ID }: CredentialVariables): Record<string, string> => ({
  authorization: `AWS4-HMAC-SHA256 Credential=${AWS_ACCESS_KEY_ID}/20260301/eu-west-2/s3/aws4_request, SignedHeaders=host, Signature=0`,
  "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
});
