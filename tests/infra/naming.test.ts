import * as aws from "@pulumi/aws";
import { expect } from "chai";
import { nameOf, tagEverything } from "../../infra/naming";
import { declared, inputsOf } from "../support/program/declared";

describe("The name of a resource", () => {
  it("has the project, the stack and the part, so that two stacks share an account", async () => {
    const names: string[] = [];
    await declared(() => names.push(nameOf("ingest")), "dev");
    await declared(() => names.push(nameOf("ingest")), "prod-2");
    expect(names).to.deep.equal(["marble-dev-ingest", "marble-prod-2-ingest"]);
  });

  for (const stack of ["Prod", "feature_x", "-dev", "a".repeat(31)]) {
    it(`is refused for the stack "${stack}", which cannot be part of a bucket's name`, async () => {
      let message = "";
      await declared(() => nameOf("ingest"), stack).catch((error: unknown) => (message = String(error)));
      expect(message).to.include(`The stack name "${stack}"`).and.include("pulumi stack rename");
    });
  }
});

describe("Tags", () => {
  it("name project and stack on what is declared, beside tags of its own", async () => {
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

  it("are not put where AWS knows none", async () => {
    const resources = await declared(() => {
      tagEverything();
      new aws.s3.BucketPolicy("policy", { bucket: "b", policy: "{}" });
    });
    expect(inputsOf(resources, "BucketPolicy")).to.have.all.keys("bucket", "policy");
  });
});
