import * as aws from "@pulumi/aws";
import { expect } from "chai";
import { nameOf, tagEverything } from "../../infra/naming";
import { declared, inputsOf } from "../support/program/declared";

describe("The name of a resource", () => {
  it("joins project, stack and part, so that two stacks fit into one account", async () => {
    const names: string[] = [];
    await declared(() => names.push(nameOf("ingest")), "dev");
    await declared(() => names.push(nameOf("ingest")), "prod-2");
    expect(names).to.deep.equal(["marble-dev-ingest", "marble-prod-2-ingest"]);
  });

  for (const stack of ["Prod", "feature_x", "-dev", "a".repeat(31)]) {
    it(`is refused for the stack "${stack}", which is invalid in a bucket's name`, async () => {
      let message = "";
      await declared(() => nameOf("ingest"), stack).catch((error: unknown) => (message = String(error)));
      expect(message).to.include(`The stack name "${stack}"`).and.include("pulumi stack rename");
    });
  }
});

describe("Tags", () => {
  it("name project and stack on each resource, in addition to its own tags", async () => {
    const resources = await declared(() => {
      tagEverything();
      new aws.sqs.Queue("queue", { tags: { purpose: "test" } });
    }, "dev");
    expect(inputsOf(resources, "Queue")["tags"]).to.deep.equal({
      project: "marble",
      stack: "dev",
      purpose: "test",
    });
  });

  it("are left off resources that take no tags", async () => {
    const resources = await declared(() => {
      tagEverything();
      new aws.s3.BucketPolicy("policy", { bucket: "b", policy: "{}" });
    });
    expect(inputsOf(resources, "BucketPolicy")).to.have.all.keys("bucket", "policy");
  });
});
