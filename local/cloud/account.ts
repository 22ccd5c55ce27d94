/** The account and the region of the local cloud. */
export const ACCOUNT_ID = "123456789012";
export const REGION = "eu-west-2";
