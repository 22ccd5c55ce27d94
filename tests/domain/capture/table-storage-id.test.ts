import { expect } from "chai";
import { storageChange, type StorageChange } from "../../../domain/capture/table-storage-id";

describe("The storage id of a table shows", () => {
  const same: StorageChange = { replaced: false, rewritten: false, joined: [] };
  const cases: readonly (readonly [string, string, string, Partial<StorageChange>])[] = [
    ["that nothing changed", "1:1", "1:1", {}],
    ["that the table was rewritten", "1:1", "1:2", { rewritten: true }],
    ["that another table has its name", "1:1", "2:2", { replaced: true, joined: ["2"] }],
    ["which partitions were attached", "1:0,2:2", "1:0,2:2,3:3,4:0", { joined: ["3", "4"] }],
    ["that a partition was rewritten", "1:0,2:2,3:3", "1:0,2:2,3:9", { rewritten: true }],
    ["no change for a detached partition, whose rows are missing", "1:0,2:2,3:3", "1:0,3:3", {}],
  ];
  for (const [what, before, now, change] of cases) {
    it(what, () => {
      expect(storageChange(before, now)).to.deep.equal({ ...same, ...change });
    });
  }
});
