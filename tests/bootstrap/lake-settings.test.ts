import { expect } from "chai";
import { programWith } from "../support/program/dev-program";
import { EVERY_CHOICE } from "../support/program/choices";

/** The settings of the lake's two buckets that the program declares, without their notifications. */
async function lakeSettings(settings: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  const { resources } = await programWith(settings);
  const ofLake = resources.filter(
    ({ type, name }) =>
      type.startsWith("aws:s3/") &&
      !type.endsWith(":BucketNotification") &&
      /^marble-dev-(ingestion|processed)(-\w{7})?$/.test(name),
  );
  return Object.fromEntries(ofLake.map(({ type, name, inputs }) => [`${type} ${name}`, inputs]));
}

describe("The settings of the lake's buckets, which a deployment from GitHub may not change,", () => {
  it("stay the same when options are switched off", async () => {
    const byDefault = await lakeSettings({});
    expect(Object.keys(byDefault)).to.have.lengthOf(14);
    expect(await lakeSettings({ athena: "false", report: "false", remodelConcurrency: "0" })).to.deep.equal(
      byDefault,
    );
  }).timeout(60_000);

  it("stay the same when options are switched on, except for a key and an Object Lock", async () => {
    const { kmsKeyArn, objectLockDays, ...others } = EVERY_CHOICE;
    expect([kmsKeyArn, objectLockDays]).to.not.include(undefined);
    expect(await lakeSettings(others)).to.deep.equal(await lakeSettings({}));
  }).timeout(60_000);
});
