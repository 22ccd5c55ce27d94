import { SUPERUSER } from "./cluster";

/** The connection URL of a database on this machine, for the superuser unless `user` is given. */
export function urlOf({
  port,
  database,
  user = SUPERUSER,
  password,
}: {
  port: number;
  database: string;
  user?: string;
  password: string;
}): string {
  const encode = encodeURIComponent;
  return `postgresql://${encode(user)}:${encode(password)}@127.0.0.1:${port}/${encode(database)}`;
}
