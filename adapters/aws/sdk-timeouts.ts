/**
 * How long a service of AWS may take to be reached, and then to begin its answer, until the SDK makes the call again,
 * twice. It would wait for minutes, or for ever: where no way leads out of a VPC, a run would be cut off without a word.
 * How long an answer then takes to be read is left to the reader.
 */
export const PATIENCE = {
  requestHandler: { connectionTimeout: 10_000, requestTimeout: 60_000, throwOnRequestTimeout: true },
} as const;
