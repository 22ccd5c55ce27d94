/** Values as 32-bit words: one word each (INT32), or two, the low word first (INT64). */
export interface FixedWidth {
  readonly type: "INT32" | "INT64";
  readonly words: Int32Array;
  readonly count: number;
}
