import { createHash } from "node:crypto";
import type { Principal } from "./authorizer";

/** Credentials in the form of environment variables. */
export type CredentialVariables = Readonly<
  Record<"AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" | "AWS_SESSION_TOKEN", string>
>;

/**
 * Maps credentials to principals. The stand-ins identify a caller by the access key id; they do not check signatures.
 */
export interface CredentialIssuer {
  /** The credentials of a principal, always the same ones. */
  issue(principal: Principal): CredentialVariables;
  holder(accessKeyId: string | undefined): Principal | undefined;
}

export function credentialIssuer(): CredentialIssuer {
  const holders = new Map<string, Principal>();
  return {
    issue: (principal) => {
      const digest = createHash("sha256").update(JSON.stringify(principal)).digest("hex").toUpperCase();
      // Temporary access keys begin like this.
      const accessKeyId = `ASIA${digest.slice(0, 16)}`;
      holders.set(accessKeyId, principal);
      return {
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: digest.slice(16, 56),
        AWS_SESSION_TOKEN: `session-of-${accessKeyId}`,
      };
    },
    holder: (accessKeyId) => (accessKeyId === undefined ? undefined : holders.get(accessKeyId)),
  };
}
