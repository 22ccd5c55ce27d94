import type { Column } from "./columns";
import type { Literal, LiteralOf } from "./values";

/** The values of a member of a dimension, by column; NULL for columns that it does not name. */
export type Member = Readonly<Record<string, Literal | null | undefined>>;

/** Merges several object types into one, so that the compiler names a missing property. */
type Declared<Parts> = { readonly [Name in keyof Parts]: Parts[Name] };

/** The declaration of a member, with a value for each column that is NOT NULL. */
export type MemberOf<Columns extends Readonly<Record<string, Column>>> = Declared<
  {
    [Name in keyof Columns as true extends Columns[Name]["nullable"] ? never : Name]: LiteralOf<
      Columns[Name]["type"]
    >;
  } & {
    [Name in keyof Columns as true extends Columns[Name]["nullable"] ? Name : never]?: LiteralOf<
      Columns[Name]["type"]
    > | null;
  }
>;

/** The value of a column of a member. */
export const memberValue = (member: Member, column: string): Literal | null =>
  Object.hasOwn(member, column) ? (member[column] ?? null) : null;
