import { expect } from "chai";
import { storageChange, type StorageChange } from "../../../domain/capture/table-storage-id";

describe("How a table is stored tells", () => {
  const same: StorageChange = { replaced: false, rewritten: false, joined: [] };
  const cases: readonly (readonly [string, string, string, Partial<StorageChange>])[] = [
    ["that nothing happened", "1:1", "1:1", {}],
    ["that it was rewritten", "1:1", "1:2", { rewritten: true }],
    ["that another table has its name", "1:1", "2:2", { replaced: true, joined: ["2"] }],
    ["which partitions came in", "1:0,2:2", "1:0,2:2,3:3,4:0", { joined: ["3", "4"] }],
    ["that a partition was rewritten", "1:0,2:2,3:3", "1:0,2:2,3:9", { rewritten: true }],
    ["nothing of a partition that was taken out: its rows are missing", "1:0,2:2,3:3", "1:0,3:3", {}],
  ];
  for (const [what, before, now, change] of cases) {
    it(what, () => {
      expect(storageChange(before, now)).to.deep.equal({ ...same, ...change });
    });
  }
});
