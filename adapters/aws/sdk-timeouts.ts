/**
 * How long a service of AWS may take to be reached, and then to begin its answer, until the SDK makes the call again,
 * twice. The SDK's default is to wait for minutes or forever. In a VPC without a way out, a run would time out without a log line.
 * How long an answer then takes to be read is left to the reader.
 */
export const SDK_TIMEOUTS = {
  requestHandler: { connectionTimeout: 10_000, requestTimeout: 60_000, throwOnRequestTimeout: true },
} as const;
