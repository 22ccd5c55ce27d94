/** Something that is measured; it gives back what it measured. */
export type Contestant<T> = (turn: number) => Promise<T>;

/**
 * Runs contestants by turns: a machine that others use too is then slow for all of them alike.
 * @returns what each of them measured, in the order of the turns
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

/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const high = sorted[Math.floor(middle)];
  const low = sorted[Math.ceil(middle) - 1];
  if (high === undefined || low === undefined) throw new RangeError("there is no median of nothing");
  return (low + high) / 2;
}

/**
 * How long `a` takes as a multiple of `b`: the median of the ratios turn by turn, so that what slows a whole
 * turn falls out.
 */
export const ratio = (a: readonly number[], b: readonly number[]): number =>
  median(a.map((value, turn) => value / (b[turn] ?? NaN)));

/** Seconds that `work` takes. */
export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
