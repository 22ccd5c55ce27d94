import { expect } from "chai";
import {
  claimsOfNotNull,
  hasUniqueKeys,
  keyBreach,
} from "../../../../domain/transform/contract/contract-key";
import { optional, required, sourceTable } from "../../../../domain/model/source";
import { integer, text } from "../../../../domain/model/types";

const contract = sourceTable("design", {
  key: "design_id",
  columns: {
    design_id: required(integer, { formerly: ["id"] }),
    name: required(text, { formerly: ["Name"] }),
    note: optional(text),
  },
});
const columnsOf = (...names: string[]) => names.map((name) => ({ name, type: "text" }));

interface Case {
  readonly what: string;
  readonly columns?: string[];
  readonly key: string[];
  readonly unique?: string[][];
  readonly isUnique: boolean;
  /** The problems of the key, for a table whose deletes matter and for another table. */
  readonly breach?: RegExp;
  readonly lenient?: RegExp;
}

const nothingPrevents = /^nothing in the source prevents two rows of design with the same (design_id|id), /;
const CASES: readonly Case[] = [
  { what: "is accepted as the primary key", key: ["design_id"], unique: [], isUnique: true },
  {
    what: "is accepted as the primary key under an earlier name",
    columns: ["id"],
    key: ["id"],
    unique: [],
    isUnique: true,
  },
  {
    what: "is refused without a primary key and a unique index",
    key: [],
    unique: [],
    isUnique: false,
    breach:
      /; it has no primary key, or other tables inherit from it: add the primary key \(design_id\) to design in the source$/,
    lenient: nothingPrevents,
  },
  {
    what: "is refused when its column is gone, although the primary key has a column of another name",
    columns: ["number", "name"],
    key: ["number"],
    unique: [],
    isUnique: false,
    breach:
      /^design no longer has design_id, .* its primary key is number: .* with { formerly: \["design_id"\] } if it was renamed$/,
    lenient: /^design no longer has design_id, /,
  },
  {
    what: "is refused as a part of the primary key",
    key: ["design_id", "name"],
    unique: [["name"]],
    isUnique: false,
    breach:
      /; its primary key is \(design_id, name\): make \(design_id, name\) the key of the contract, or make \(design_id\) the primary key of design in the source$/,
    lenient: /or add a unique constraint on \(design_id\) to design in the source$/,
  },
  {
    what: "is accepted with a unique index on a table without a primary key",
    key: [],
    unique: [["name"], ["design_id"]],
    isUnique: true,
  },
  {
    what: "is refused with a unique index when the deletes of the table use another key",
    key: ["name"],
    unique: [["design_id"]],
    isUnique: true,
    breach:
      /^the deleted rows of design are identified by name, not by design_id, .* make name the key of the contract, or make \(design_id\) the primary key of design in the source$/,
  },
  {
    what: "is not judged for a commit that is too old to have the unique indexes",
    key: ["name"],
    isUnique: false,
  },
];

describe("The key of a contract", () => {
  for (const { what, columns = ["design_id", "name"], key, unique, isUnique, breach, lenient } of CASES) {
    it(what, () => {
      const capture = { key, columns: columnsOf(...columns), ...(unique !== undefined && { unique }) };

      expect(hasUniqueKeys(contract, capture)).to.equal(isUnique);
      for (const [readsDeletes, expected] of [
        [true, breach],
        [false, lenient],
      ] as const) {
        const found = keyBreach(contract, capture, { readsDeletes });
        if (expected === undefined) expect(found).to.equal(undefined);
        else expect(found).to.match(expected);
      }
    });
  }
});

describe("A contract that requires NOT NULL", () => {
  it("reports nullable columns by their names in the source", () => {
    const columns = [
      { name: "id", type: "integer", nullable: false },
      { name: "Name", type: "text", nullable: true },
      { name: "note", type: "text", nullable: true },
    ];
    expect(claimsOfNotNull(contract, { columns })).to.deep.equal(["Name"]);
  });

  it("reports nothing for an older commit without this information", () => {
    expect(claimsOfNotNull(contract, { columns: columnsOf("id", "name") })).to.deep.equal([]);
  });
});
