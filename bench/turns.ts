/** A contestant; it returns its measurement. */
export type Contestant<T> = (turn: number) => Promise<T>;

/**
 * Runs contestants in turns, so that other load on the machine slows all of them equally.
 * @returns the measurements of each contestant, in the order of the turns
 */
export async function byTurns<T extends Readonly<Record<string, unknown>>>(
  turns: number,
  contestants: { readonly [Name in keyof T]: Contestant<T[Name]> },
): Promise<{ readonly [Name in keyof T]: T[Name][] }> {
  const names = Object.keys(contestants) as (keyof T)[];
  const results = Object.fromEntries(names.map((name) => [name, [] as unknown[]])) as {
    [Name in keyof T]: T[Name][];
  };
  for (let turn = 0; turn < turns; turn++) {
    for (const name of names) results[name].push(await contestants[name](turn));
  }
  return results;
}

/** The middle value; for an even number of values, the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const high = sorted[Math.floor(middle)];
  const low = sorted[Math.ceil(middle) - 1];
  if (high === undefined || low === undefined)
    throw new RangeError("cannot take the median of an empty list");
  return (low + high) / 2;
}

/**
 * The time of `a` as a multiple of the time of `b`: the median of the ratios of each turn, so that a slow turn does not
 * count.
 */
export const ratio = (a: readonly number[], b: readonly number[]): number =>
  median(a.map((value, turn) => value / (b[turn] ?? NaN)));

/** The duration of `work` in seconds. */
export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
