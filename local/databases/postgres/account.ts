/** The operating system account that a child process runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** `nobody` on Linux and the conventional overflow id elsewhere: it owns nothing and may do nothing. */
const NOBODY: Account = { uid: 65534, gid: 65534 };

/**
 * The account to run PostgreSQL as, undefined for "our own". PostgreSQL refuses to run as
 * root (PostgreSQL 17 manual, 18.1), so root, which is what a container usually is, steps down.
 */
export function serverAccount(): Account | undefined {
  return process.getuid?.() === 0 ? NOBODY : undefined;
}
