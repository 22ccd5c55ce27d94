/** Settings that are off by default, switched on: what stands around the Lambdas, and how the lake is kept. */
export const EVERY_CHOICE: Readonly<Record<string, string>> = {
  objectLockDays: "30",
  kmsKeyArn: "arn:aws:kms:eu-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
  subnetIds: "subnet-0a1,subnet-0b2",
  securityGroupIds: "sg-0c3",
  permissionsBoundary: "arn:aws:iam::123456789012:policy/github-marble-boundary-dev",
  tracing: "true",
};
