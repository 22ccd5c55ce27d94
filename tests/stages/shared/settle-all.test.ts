import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { settleAll } from "../../../stages/shared/settle-all";

describe("Parallel works", () => {
  it("return their results in order", async () => {
    const slow = sleep(5).then(() => "slow");
    expect(await settleAll([slow, Promise.resolve(1)])).to.deep.equal(["slow", 1]);
  });

  it("have all ended when one of them has failed", async () => {
    let ended = false;
    const slow = sleep(5).then(() => void (ended = true));
    const error = await settleAll([Promise.reject(new Error("first")), slow]).catch((e: unknown) => e);
    expect(error).to.have.property("message", "first");
    expect(ended).to.equal(true);
  });
});
