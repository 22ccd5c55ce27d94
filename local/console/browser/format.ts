/** Numbers and times as people read them. Times are in UTC, as in the logs. */

export const count = (value: number): string => value.toLocaleString("en-GB");

export const plural = (value: number, one: string): string =>
  `${count(value)} ${one}${value === 1 ? "" : "s"}`;

/** `2026-03-01 10:00:00` */
export const moment = (iso: string): string => iso.slice(0, 19).replace("T", " ");

export const clock = (iso: string): string => iso.slice(11, 19);

export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  const power = Math.min(Math.floor(Math.log10(value) / 3), 4);
  return `${(value / 1000 ** power).toPrecision(3)} ${["", "kB", "MB", "GB", "TB"][power] ?? ""}`;
}

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return spell(ms);
}

/** The distance to a time in the past or the future, in the largest unit and the next. */
export function spell(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

export const ago = (iso: string, now: number): string => `${spell(now - Date.parse(iso))} ago`;
