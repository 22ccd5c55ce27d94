import { expect } from "chai";
import fc from "fast-check";
import { readRuns, runsAsCsv } from "../../../../domain/formats/csv/key-runs";
import type { Run } from "../../../../domain/capture/key-set";
import { failureOf } from "../../../support/failure";
import { chunked } from "../../../support/formats/csv";

async function read(csv: Uint8Array, sizes: readonly number[] = []): Promise<Run[]> {
  const runs: Run[] = [];
  for await (const some of readRuns(chunked(csv, sizes))) runs.push(...some);
  return runs;
}

describe("Keys as runs of numbers", () => {
  it("are read back unchanged wherever the file is cut", async () => {
    const anyRun = fc
      .tuple(fc.nat(10 ** 14), fc.nat(1000))
      .map(([first, more]): Run => ({ first, last: first + more }));
    await fc.assert(
      fc.asyncProperty(fc.array(anyRun), fc.array(fc.integer({ min: 1, max: 30 })), async (runs, sizes) => {
        expect(await read(Buffer.concat([...runsAsCsv(runs)]), sizes)).to.deep.equal(runs);
      }),
    );
  });

  it("need one line for a million consecutive keys", () => {
    const csv = Buffer.concat([...runsAsCsv([{ first: 1, last: 1_000_000 }])]).toString();

    expect(csv).to.equal("first,last\n1,1000000\n");
  });

  it("are refused from a file with other content", async () => {
    for (const line of ["a,b", "3,2", ",5"])
      expect((await failureOf(read(Buffer.from(`first,last\n${line}\n`)))).message).to.include(
        "not a run of numbers",
      );
  });
});
