/**
 * How long the SDK waits for a connection to an AWS service, and for the first byte of its answer. The SDK then makes
 * the call again, up to two times. Its default is to wait for minutes or forever. In a VPC without egress, the Lambda
 * would time out without a log line. The time to read the rest of an answer is not limited here.
 */
export const SDK_TIMEOUTS = {
  requestHandler: { connectionTimeout: 10_000, requestTimeout: 60_000, throwOnRequestTimeout: true },
} as const;
