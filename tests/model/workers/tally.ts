/** The count of each event. */
export type Counts = Record<string, number>;

/** The counts of some histories. */
export interface Tally {
  histories: number;
  /** The number of started instances. */
  runs: number;
  /** Runs that ended with an error. */
  failedRuns: number;
  /** Requests to S3, and statements. */
  steps: number;
  commits: number;
  loads: number;
  versions: number;
  rejected: number;
  /** Two parallel instances of a stage. */
  races: number;
  /** Races in which both instances took steps before the other ended. */
  interleaved: number;
  /** Races in which one instance waited at a step until the other had ended. */
  overtaken: number;
  /** Rows that waited for a row of a dimension, after each load. */
  waiting: number;
  /** The features of generated models. */
  readonly models: Counts;
  /** The counts by kind of change. */
  readonly changes: Counts;
  /** Savepoints, prepared transactions, and other parts of transactions. */
  readonly transactions: Counts;
  readonly arrivals: Counts;
  readonly faults: Counts;
}

export const emptyTally = (): Tally => ({
  histories: 0,
  runs: 0,
  failedRuns: 0,
  steps: 0,
  commits: 0,
  loads: 0,
  versions: 0,
  rejected: 0,
  races: 0,
  interleaved: 0,
  overtaken: 0,
  waiting: 0,
  models: {},
  changes: {},
  transactions: {},
  arrivals: {},
  faults: {},
});

export function count(counts: Counts, what: string, by = 1): void {
  counts[what] = (counts[what] ?? 0) + by;
}

/** Adds the counts of other histories. */
export function addTally(sum: Tally, more: Tally): void {
  for (const name of Object.keys(sum) as (keyof Tally)[]) {
    const [to, from] = [sum[name], more[name]];
    if (typeof to === "number") (sum as unknown as Counts)[name] = to + Number(from);
    else for (const [what, by] of Object.entries(from as Counts)) count(to, what, by);
  }
}

/** Formats the results as a Markdown table. */
export function tallyTable(tally: Tally, more: Readonly<Record<string, string>>): string {
  const number = (value: number): string => value.toLocaleString("en");
  const sum = (counts: Counts): number => Object.values(counts).reduce((total, value) => total + value, 0);
  const rows = (title: string, counts: Counts): [string, string][] => [
    [title, number(sum(counts))],
    ...Object.entries(counts)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([what, value]): [string, string] => [`– ${what}`, number(value)]),
  ];
  const lines: [string, string][] = [
    ["histories", number(tally.histories)],
    ["runs of a stage", number(tally.runs)],
    ["– that ended with an error", number(tally.failedRuns)],
    ["steps: requests to S3 and statements", number(tally.steps)],
    ["commits", number(tally.commits)],
    ["loads that were compared", number(tally.loads)],
    ["fact versions in the end", number(tally.versions)],
    ["rows rejected", number(tally.rejected)],
    ["rows that waited for a row of a dimension, after each load", number(tally.waiting)],
    ...(sum(tally.models) === 0 ? [] : rows("what the generated models have", tally.models)),
    ...rows("changes of the source", tally.changes),
    ...rows("steps of its transactions", tally.transactions),
    ...rows("events", tally.arrivals),
    ...rows("faults that struck", tally.faults),
    ["races: two simultaneous instances of a stage", number(tally.races)],
    ["– in which both took steps before the other ended", number(tally.interleaved)],
    ["– in which one waited in mid-run for the other's end", number(tally.overtaken)],
    ...Object.entries(more),
  ];
  return ["| | |", "|---|---:|", ...lines.map(([what, value]) => `| ${what} | ${value} |`)].join("\n");
}
