/**
 * The exit codes of the Pulumi CLI that the scripts use. They are part of its interface since 3.227. Its messages are
 * not.
 *
 * Source: pkg/cmd/pulumi/cmd/exit_codes.go of pulumi/pulumi.
 */
export const PULUMI_EXIT = {
  success: 0,
  /** the backend has no stack of that name */
  stackNotFound: 6,
  /** `--expect-no-changes` was given, and there are changes */
  changesFound: 7,
} as const;
