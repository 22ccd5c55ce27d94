import { expect } from "chai";
import { LakeBucket } from "../../../infra/lake/lake-bucket";
import { LakeCatalogue } from "../../../infra/lake/lake-catalogue";
import type { DeclaredResource } from "../../../local/cloud/declared-resource";
import { matcherOf } from "../../../local/cloud/iam/resource-class";
import { hireModel } from "../../support/hires/model";
import { declared, inputsOf, resourcesOf, statementsOf } from "../../support/program/declared";

describe("The catalogue of the lake", () => {
  let resources: readonly DeclaredResource[];
  let data: DeclaredResource;
  let results: DeclaredResource;

  before(async () => {
    resources = await declared(() => {
      const bucket = new LakeBucket("processed", { protectData: true });
      new LakeCatalogue("lake", { bucket, model: hireModel });
    });
    const buckets = resourcesOf(resources, "Bucket");
    data = buckets.find(({ name }) => name.includes("processed"))!;
    results = buckets.find(({ name }) => name.includes("lake-results"))!;
  });

  it("has a database whose name needs no quotes", () => {
    expect(inputsOf(resources, "CatalogDatabase")["name"]).to.equal("marble_test_lake");
  });

  it("finds the files of a table by day and no other files", () => {
    const table = resourcesOf(resources, "CatalogTable").find(
      ({ inputs }) => inputs["name"] === "fact_hire",
    )!;
    expect(table.inputs["databaseName"]).to.equal("marble_test_lake");
    expect(table.inputs["tableType"]).to.equal("EXTERNAL_TABLE");
    expect(table.inputs["parameters"]).to.include({
      classification: "parquet",
      "projection.enabled": "true",
      "projection.written_year.range": "2025,NOW",
      "projection.written_month.digits": "2",
      "projection.written_day.digits": "2",
      "storage.location.template": `s3://${data.name}/\${written_year}/\${written_month}/\${written_day}/fact_hire/`,
    });
    expect(
      (table.inputs["partitionKeys"] as { name: string; type: string }[]).map(({ name }) => name),
    ).to.deep.equal(["written_year", "written_month", "written_day"]);
    for (const { inputs } of resourcesOf(resources, "CatalogTable")) {
      const keys = (inputs["partitionKeys"] as { name: string }[]).map(
        ({ name }) => `projection.${name}.type`,
      );
      expect(inputs["parameters"]).to.include.all.keys(...keys);
    }
  });

  it("limits the scan of a query against the client's settings and encrypts results in a separate bucket", () => {
    const { configuration } = inputsOf(resources, "Workgroup") as { configuration: Record<string, unknown> };
    expect(configuration).to.include({
      enforceWorkgroupConfiguration: true,
      bytesScannedCutoffPerQuery: 10_737_418_240,
    });
    expect(configuration["resultConfiguration"]).to.deep.equal({
      outputLocation: `s3://${results.name}/`,
      expectedBucketOwner: "123456789012",
      encryptionConfiguration: { encryptionOption: "SSE_S3" },
    });
    const lifecycle = resourcesOf(resources, "BucketLifecycleConfiguration").find(
      ({ inputs }) => inputs["bucket"] === results.name,
    )!;
    expect(lifecycle.inputs["rules"]).to.deep.include({
      id: "expire",
      status: "Enabled",
      filter: {},
      expiration: { days: 7 },
      noncurrentVersionExpiration: { noncurrentDays: 1 },
    });
  });

  it("never deletes the data", () => {
    const rules = resourcesOf(resources, "BucketLifecycleConfiguration")
      .filter(({ inputs }) => inputs["bucket"] === data.name)
      .flatMap(({ inputs }) => inputs["rules"] as { id: string }[]);
    expect(rules.map(({ id }) => id)).to.deep.equal(["abort-incomplete-uploads"]);
  });

  it("puts its queries into the workgroup and the database", () => {
    const [workgroup] = resourcesOf(resources, "Workgroup");
    const queries = resourcesOf(resources, "NamedQuery");
    expect(queries).to.have.length(hireModel.tables.length);
    for (const { inputs } of queries)
      expect(inputs).to.include({ database: "marble_test_lake", workgroup: workgroup!.name });
  });

  describe("lets its readers", () => {
    const allowed = (action: string): { resources: readonly string[]; condition: unknown }[] =>
      statementsOf(inputsOf(resources, "RolePolicy")["policy"]).filter(({ actions }) =>
        actions.includes(action),
      );
    const mayRead = (key: string): boolean =>
      allowed("s3:GetObject")
        .flatMap((statement) => statement.resources)
        .some((arn) => matcherOf(arn).test(`${data.arn}/${key}`));

    it("read the files of tables only, not rejected rows with values of the source", () => {
      expect(mayRead("2026/11/25/fact_hire/101010.123.parquet")).to.equal(true);
      expect(mayRead("2026/11/25/fact_hire_deleted/101010.123.parquet")).to.equal(true);
      for (const key of [
        "rejected/2026/11/25/hire/101010.123.ndjson",
        "state/2026/11/25/bike/101010.123.arrow",
        "commits/0000000001.json",
        "heads/9999999998",
        "model-2/2026/11/25/fact_hire/101010.123.parquet",
        "2026/11/25/other/101010.123.parquet",
      ])
        expect(mayRead(key), key).to.equal(false);
    });

    it("write results but no data", () => {
      for (const { resources: arns } of allowed("s3:PutObject"))
        expect(arns).to.deep.equal([`${results.arn}/*`]);
      const listing = allowed("s3:ListBucket").find(({ resources: arns }) => arns[0] === data.arn);
      expect(listing?.condition)
        .to.have.nested.property("StringLike.s3:prefix")
        .that.includes("????/??/??/fact_hire/*");
    });

    it("run queries in the workgroup on the database", () => {
      const [workgroup] = resourcesOf(resources, "Workgroup");
      expect(allowed("athena:StartQueryExecution")[0]!.resources).to.deep.equal([workgroup!.arn]);
      expect(allowed("glue:GetTable")[0]!.resources).to.deep.equal([
        "arn:aws:glue:eu-west-2:123456789012:catalog",
        "arn:aws:glue:eu-west-2:123456789012:database/marble_test_lake",
        "arn:aws:glue:eu-west-2:123456789012:table/marble_test_lake/*",
      ]);
    });

    it("see all names in the console but the contents of this database and workgroup only", () => {
      const glue = (what: string): string => `arn:aws:glue:eu-west-2:123456789012:${what}`;
      const resourcesFor = (action: string): string[] => allowed(action).flatMap((each) => each.resources);
      for (const action of ["ListWorkGroups", "ListDataCatalogs"])
        expect(resourcesFor(`athena:${action}`), action).to.deep.equal(["*"]);
      for (const action of ["ListDatabases", "GetDatabase", "ListTableMetadata", "GetTableMetadata"])
        expect(resourcesFor(`athena:${action}`), action).to.deep.equal([
          "arn:aws:athena:eu-west-2:123456789012:datacatalog/AwsDataCatalog",
        ]);
      expect(resourcesFor("glue:GetDatabases")).to.deep.equal([glue("catalog"), glue("database/*")]);
      expect(resourcesFor("glue:GetDatabase")).to.have.members([
        glue("catalog"),
        glue("database/default"),
        glue("catalog"),
        glue("database/marble_test_lake"),
        glue("table/marble_test_lake/*"),
      ]);
      for (const action of ["glue:GetTable", "glue:GetTables", "glue:GetPartitions"])
        for (const arn of resourcesFor(action)) expect(arn).not.to.match(/default|database\/\*/);
    });

    it("do nothing until the account grants them the right to assume the role", () => {
      const { assumeRolePolicy } = inputsOf(resources, "Role") as { assumeRolePolicy: object };
      expect(assumeRolePolicy).to.deep.equal({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { AWS: "arn:aws:iam::123456789012:root" },
            Action: "sts:AssumeRole",
          },
        ],
      });
      expect(JSON.stringify(inputsOf(resources, "RolePolicy")["policy"]).length).to.be.lessThan(10_240);
    });
  });
});
