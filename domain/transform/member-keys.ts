import type { Data } from "apache-arrow";
import { printedLiteral } from "../formats/columnar/literal";
import { printerOf } from "../formats/columnar/print";
import type { Column } from "../model/columns";
import { memberValue, type Member } from "../model/members";
import { quote, reject, type Rejections } from "./rejection";

/** The members of a dimension, and the columns of its key. */
export interface KeyedMembers {
  readonly key: readonly string[];
  readonly members: Readonly<Record<string, Member>>;
}

/** Rejects the rows of a dimension with the key of one of its members. The member takes precedence. */
export function rejectMemberKeys(
  { key, members }: KeyedMembers,
  made: {
    readonly length: number;
    readonly columns: Readonly<Record<string, Column>>;
    readonly dataOf: (column: string) => Data | undefined;
  },
  rejections: Rejections,
): void {
  const { length, columns, dataOf } = made;
  const names = new Map(
    Object.entries(members).map(([name, member]) => {
      const texts = key.map((column) => {
        const type = columns[column]?.type;
        if (type === undefined) throw new TypeError(`the key has no column ${column}`);
        return printedLiteral(type, memberValue(member, column));
      });
      return [JSON.stringify(texts), name] as const;
    }),
  );
  const printers = key.map((column) => {
    const [type, data] = [columns[column]?.type, dataOf(column)];
    if (type === undefined || data === undefined) throw new TypeError(`the key has no column ${column}`);
    return printerOf(type, data);
  });
  for (let row = 0; row < length; row++) {
    const texts = printers.map((print) => print(row));
    const name = names.get(JSON.stringify(texts));
    if (name === undefined) continue;
    const column = key.join(", ");
    reject(rejections, row, {
      column,
      reason:
        `${column} ${quote(texts.join(", "))} is the key of the member ${name} of the dimension: ` +
        "give the row another key in the source, or the member another key in the model",
    });
  }
}
