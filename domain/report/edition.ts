/** Which state of the warehouse a report shows, and when it was made. */
export interface Edition {
  /** the lake that the warehouse was loaded from */
  readonly lake: string;
  /** the newest loaded commit */
  readonly commit: number;
  /** when it was last loaded; a replay loads it again */
  readonly loadedAt: Date;
  readonly madeAt: Date;
}

/**
 * True if the first edition shows a newer state than the second. Commits of one lake are ordered by number. For the
 * same commit, the later load is newer, then the later report.
 */
export function isNewer(one: Edition, other: Edition): boolean {
  if (one.lake === other.lake && one.commit !== other.commit) return one.commit > other.commit;
  const loaded = one.loadedAt.getTime() - other.loadedAt.getTime();
  return loaded === 0 ? one.madeAt > other.madeAt : loaded > 0;
}

/** An edition as the metadata of an object. */
export const editionMetadata = ({ lake, commit, loadedAt, madeAt }: Edition): Record<string, string> => ({
  lake,
  commit: String(commit),
  "loaded-at": loadedAt.toISOString(),
  "made-at": madeAt.toISOString(),
});

/** The edition of an object; undefined when its metadata has none. */
export function editionOf(metadata: Readonly<Record<string, string>>): Edition | undefined {
  const { lake, commit, "loaded-at": loadedAt, "made-at": madeAt } = metadata;
  if (lake === undefined || commit === undefined || loadedAt === undefined || madeAt === undefined)
    return undefined;
  return { lake, commit: Number(commit), loadedAt: new Date(loadedAt), madeAt: new Date(madeAt) };
}
