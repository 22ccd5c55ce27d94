/** The account and the region that the local cloud pretends to be. */
export const ACCOUNT_ID = "123456789012";
export const REGION = "eu-west-2";
