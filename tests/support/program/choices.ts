/** Settings that are off by default, switched on: the surroundings of the Lambdas, the storage of the lake, QuickSight. */
export const EVERY_CHOICE: Readonly<Record<string, string>> = {
  objectLockDays: "30",
  kmsKeyArn: "arn:aws:kms:eu-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
  subnetIds: "subnet-0a1,subnet-0b2",
  securityGroupIds: "sg-0c3",
  permissionsBoundary: "arn:aws:iam::123456789012:policy/github-marble-boundary-dev",
  tracing: "true",
  quicksight: "true",
  quicksightHost: "warehouse.example.com",
  quicksightPort: "6432",
  quicksightDatabase: "warehouse",
  quicksightSecretArn: "arn:aws:secretsmanager:eu-west-2:123456789012:secret:marble-dev-quicksight-a1b2c3",
  quicksightAuthors: "arn:aws:quicksight:eu-west-2:123456789012:group/default/analysts",
  quicksightReaders:
    "arn:aws:quicksight:eu-west-2:123456789012:user/default/ada,arn:aws:quicksight:eu-west-2:123456789012:group/default/analysts",
  quicksightCurrency: "EUR",
  quicksightVpcConnectionArn: "arn:aws:quicksight:eu-west-2:123456789012:vpcConnection/warehouse",
};
