/** The operating system account of a child process. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** `nobody` on Linux, and the usual overflow id elsewhere. It owns nothing and may do nothing. */
const NOBODY: Account = { uid: 65534, gid: 65534 };

/**
 * The account for PostgreSQL; undefined for the current one. PostgreSQL refuses to run as root (PostgreSQL 17 manual,
 * 18.1). So root, the usual user in a container, starts it as another account.
 */
export function serverAccount(): Account | undefined {
  return process.getuid?.() === 0 ? NOBODY : undefined;
}
