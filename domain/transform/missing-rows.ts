import type { KeyText } from "../formats/csv/key-texts";

/**
 * The rows that were rejected and are still missing: no later capture has brought them, and the source has not deleted
 * them. A row that is rejected twice is missing once.
 */

/** A row that is missing: a line of the file that the commit of process names (NDJSON). */
export interface MissingRow {
  /** The table of the source. */
  readonly table: string;
  /** The warehouse table that lacks it; null where the row could not be decoded, and all tables made of it lack it. */
  readonly target: string | null;
  readonly key: KeyText;
}

/** A row that is no longer missing (NDJSON). */
export interface ResolvedRow extends MissingRow {
  /** The ingest commit that brought it, or found it deleted. */
  readonly commit: number;
  readonly deleted: boolean;
}

/** What happened to a row that may be missing. */
interface Resolution {
  readonly table: string;
  readonly key: KeyText;
  readonly commit: number;
  readonly deleted?: boolean;
  /** Which of the warehouse tables that lack the row have it now; by default, all. */
  readonly of?: (target: string | null) => boolean;
}

/**
 * The keys of missing rows are tracked in memory, up to this many characters: about 200,000 short keys. Further rows are only
 * counted.
 */
const MOST_CHARACTERS = 16 * 1024 * 1024;
/** What a row takes in addition to its key. */
const ROW_CHARACTERS = 64;

/** What was missing before the present run of commits began. */
const EARLIER = 0;

/** The missing rows of a log, commit by commit. */
export class MissingRows {
  /** By table and key: the targets that lack the row, with the commit that rejected it last. */
  readonly #rows = new Map<string, Map<KeyText, Map<string | null, number>>>();
  /** By table and commit: the number of rejected rows that are not tracked. */
  readonly #more = new Map<string, Map<number, number>>();
  readonly #resolved: ResolvedRow[] = [];
  readonly #most: number;
  #characters = 0;
  #changed = false;

  /** @param more by table: the number of missing rows that are not tracked */
  constructor(rows: Iterable<MissingRow>, more: Iterable<readonly [string, number]>, most = MOST_CHARACTERS) {
    this.#most = most;
    for (const [table, count] of more) this.#more.set(table, new Map([[EARLIER, count]]));
    for (const row of rows) this.reject(row, EARLIER);
    this.#changed = false;
  }

  /** True if a tracked row of the table was rejected before the commit. */
  lacksAny(table: string, commit = Infinity): boolean {
    for (const targets of this.#rows.get(table)?.values() ?? [])
      for (const since of targets.values()) if (since < commit) return true;
    return false;
  }

  /** True if the row with that key is missing and tracked. */
  lacks(table: string, key: KeyText): boolean {
    return this.#rows.get(table)?.has(key) === true;
  }

  /** The number of missing rows of a table. */
  countOf(table: string): number {
    return (this.#rows.get(table)?.size ?? 0) + (this.more.get(table) ?? 0);
  }

  /** Records that a commit rejected a row. Record the rejected rows of all commits of a run before any `resolve`. */
  reject({ table, target, key }: MissingRow, commit: number): void {
    const keys = this.#rows.get(table) ?? new Map<KeyText, Map<string | null, number>>();
    const targets = keys.get(key) ?? new Map<string | null, number>();
    if (targets.size === 0) {
      const characters = table.length + key.length + ROW_CHARACTERS;
      if (this.#characters + characters > this.#most) {
        this.#count(table, commit);
        return;
      }
      this.#characters += characters;
    }
    if (!targets.has(target)) this.#changed = true;
    this.#rows.set(table, keys.set(key, targets.set(target, Math.max(commit, targets.get(target) ?? 0))));
  }

  /** Records that a row was captured or deleted. This resolves only what an earlier commit rejected. */
  resolve({ table, key, commit, deleted = false, of = () => true }: Resolution): void {
    const keys = this.#rows.get(table);
    const targets = keys?.get(key);
    if (keys === undefined || targets === undefined) return;
    for (const [target, since] of [...targets]) {
      if (since >= commit || !of(target)) continue;
      this.#changed = true;
      targets.delete(target);
      this.#resolved.push({ table, target, key, commit, deleted });
    }
    if (targets.size > 0) return;
    keys.delete(key);
    this.#characters -= table.length + key.length + ROW_CHARACTERS;
    if (keys.size === 0) this.#rows.delete(table);
  }

  /** Records that a capture has all rows of the table, so rows that are not among them were deleted. */
  resolveOthers(table: string, commit: number, among: ReadonlySet<KeyText>): void {
    for (const key of [...(this.#rows.get(table)?.keys() ?? [])])
      if (!among.has(key)) this.resolve({ table, key, commit, deleted: true });
  }

  /** Forgets the untracked rows that an earlier commit rejected, because a capture has all rows of the table. */
  forgetUntracked(table: string, commit: number): void {
    const counts = this.#more.get(table);
    for (const since of [...(counts?.keys() ?? [])]) {
      if (since >= commit) continue;
      this.#changed = true;
      counts?.delete(since);
    }
  }

  #count(table: string, commit: number): void {
    this.#changed = true;
    const counts = this.#more.get(table) ?? new Map<number, number>();
    this.#more.set(table, counts.set(commit, (counts.get(commit) ?? 0) + 1));
  }

  /** True if any row was added or resolved. */
  get changed(): boolean {
    return this.#changed;
  }

  /** By table: the number of missing rows that are not tracked. A row counts as often as it was rejected. */
  get more(): ReadonlyMap<string, number> {
    const sums = [...this.#more].map(
      ([table, counts]) => [table, [...counts.values()].reduce((sum, count) => sum + count, 0)] as const,
    );
    return new Map(sums.filter(([, sum]) => sum > 0));
  }

  *rows(): Generator<MissingRow> {
    for (const [table, keys] of this.#rows)
      for (const [key, targets] of keys) for (const target of targets.keys()) yield { table, target, key };
  }

  /** The number of rows that `rows` yields. */
  get size(): number {
    let size = 0;
    for (const keys of this.#rows.values()) for (const targets of keys.values()) size += targets.size;
    return size;
  }

  /** The rows that are no longer missing. */
  get resolved(): readonly ResolvedRow[] {
    return this.#resolved;
  }
}
