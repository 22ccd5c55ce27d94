import { expect } from "chai";
import type { AnalysisDefinition, Visual } from "@aws-sdk/client-quicksight";
import type { Mart } from "../../../domain/marts/mart";
import { parseConfig } from "../../../infra/settings/config";
import { sheetsOf } from "../../../infra/quicksight/sheets";
import { QuickSight } from "../../../infra/quicksight/quicksight";
import type { DeclaredResource } from "../../../local/cloud/declared-resource";
import { hireMarts, takingsByDay } from "../../support/hires/marts";
import { EVERY_CHOICE } from "../../support/program/choices";
import { declared, inputsOf, resourcesOf } from "../../support/program/declared";
import { devProgram, programWith } from "../../support/program/dev-program";

interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }>
  >;
}

interface Granted {
  readonly Principal: string;
  readonly Actions: readonly string[];
}

/** CloudFormation's limit for a template in a request. */
const MAX_BYTES = 51_200;

const CONFIG = Object.fromEntries(
  Object.entries({ ...EVERY_CHOICE, alertEmail: "data@example.com" }).map(([name, value]) => [
    `marble:${name}`,
    value,
  ]),
);

/** All nested objects at any depth. */
function* within(value: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield value as Readonly<Record<string, unknown>>;
  for (const one of Object.values(value)) yield* within(one);
}

const all = (value: unknown, key: string): unknown[] =>
  [...within(value)].flatMap((one) => (key in one ? [one[key]] : []));

/** Declares the component as a stack `dev` does. */
async function declaredWith(
  marts: readonly Mart[],
): Promise<{ readonly resources: readonly DeclaredResource[]; readonly ids: readonly string[] }> {
  const config = { ...parseConfig(CONFIG), martsSchema: "marts" };
  let ids: readonly string[] = [];
  const resources = await declared(() => {
    ({ ids } = new QuickSight("quicksight", { config, marts }));
  }, "dev");
  return { resources, ids };
}

const templatesIn = (resources: readonly DeclaredResource[]): string[] =>
  resourcesOf(resources, "Stack")
    .filter(({ type }) => type.startsWith("aws:cloudformation"))
    .map(({ inputs }) => inputs["templateBody"] as string);

describe("The marts in QuickSight", () => {
  const marts = hireMarts;
  let resources: readonly DeclaredResource[];
  let templates: string[];
  let analysis: Readonly<Record<string, unknown>>;
  let dashboard: Readonly<Record<string, unknown>>;
  let definition: AnalysisDefinition;
  before(async () => {
    ({ resources } = await declaredWith(marts));
    templates = templatesIn(resources);
    const made = templates.flatMap((text) => Object.values((JSON.parse(text) as Template).Resources));
    const propertiesOf = (type: string) => made.find(({ Type }) => Type === type)!.Properties;
    expect(made).to.have.lengthOf(2);
    analysis = propertiesOf("AWS::QuickSight::Analysis");
    dashboard = propertiesOf("AWS::QuickSight::Dashboard");
    definition = analysis["Definition"] as AnalysisDefinition;
  });
  const dataSetOf = ({ name }: Mart) =>
    resourcesOf(resources, "DataSet").find(
      ({ inputs }) => inputs["dataSetId"] === `marble-dev-${name.replaceAll("_", "-")}`,
    )!;
  const sheets = () => definition.Sheets!;
  const charts = (): [Mart, Visual][] => marts.map((mart, index) => [mart, sheets()[index]!.Visuals![0]!]);

  it("are off by default", async () => {
    const plain = await devProgram();
    expect(plain.outputs["quicksight"]).to.equal("off");
    expect(plain.resources.filter(({ type }) => /quicksight|cloudformation/i.test(type))).to.deep.equal([]);
  });

  it("query the warehouse over TLS with a password that the program never sees", () => {
    const source = inputsOf(resources, "DataSource");
    expect(source).to.deep.include({
      type: "POSTGRESQL",
      parameters: { postgresql: { host: "warehouse.example.com", port: 6432, database: "warehouse" } },
      credentials: { secretArn: EVERY_CHOICE["quicksightSecretArn"] },
      sslProperties: { disableSsl: false },
      vpcConnectionProperties: { vpcConnectionArn: EVERY_CHOICE["quicksightVpcConnectionArn"] },
    });
  });

  it("are one data set each, which has the columns of the view and copies no data", () => {
    expect(resourcesOf(resources, "DataSet")).to.have.lengthOf(marts.length);
    for (const mart of marts) {
      const { name, columns } = mart;
      const { inputs: set } = dataSetOf(mart);
      expect(set).to.include({ importMode: "DIRECT_QUERY" });
      const [{ relationalTable }] = set["physicalTableMaps"] as [
        { relationalTable: Record<string, unknown> & { inputColumns: { name: string; type: string }[] } },
      ];
      expect(relationalTable).to.include({ schema: "marts", name });
      expect(relationalTable.inputColumns.map((column) => column.name)).to.deep.equal(Object.keys(columns));
      for (const { type } of relationalTable.inputColumns)
        expect(type).to.match(/^(STRING|INTEGER|DECIMAL|DATETIME|BOOLEAN)$/);
    }
    const takings = dataSetOf(takingsByDay).inputs["physicalTableMaps"] as [
      { relationalTable: { inputColumns: unknown[] } },
    ];
    expect(takings[0].relationalTable.inputColumns).to.deep.include.members([
      { name: "day", type: "DATETIME" },
      { name: "takings", type: "DECIMAL" },
      { name: "hires", type: "INTEGER" },
      { name: "currency_code", type: "STRING" },
    ]);
  });

  it("have one sheet each with question, chart, filters and rows, in an analysis and a dashboard", () => {
    expect(dashboard["Definition"]).to.deep.equal(definition);
    expect(sheets().map(({ Name }) => Name)).to.include("Takings by day");
    for (const [index, { question, columns }] of marts.entries()) {
      const { Description, Visuals, FilterControls } = sheets()[index]!;
      expect(Description).to.include(question);
      expect(Visuals).to.have.lengthOf(2);
      expect(FilterControls?.length).to.be.above(0);
      expect(all(Visuals![1], "ColumnName")).to.deep.equal(Object.keys(columns));
    }
  });

  it("draw the declared charts, with lines for dates and bars for names", () => {
    const drawn = charts().map(
      ([, visual]) =>
        `${Object.keys(visual)[0]!.replace("ChartVisual", "")}: ${all(visual, "ColumnName").join(", ")}`,
    );
    expect(drawn).to.deep.equal(
      marts.map(({ columns, chart }) => {
        const { category, measures, series } = chart!;
        const values = measures.length === 0 ? [category] : measures;
        const kind = columns[category]!.type === "date" ? "Line" : "Bar";
        return `${kind}: ${[category, ...values, ...(series === undefined ? [] : [series])].join(", ")}`;
      }),
    );
    const [lines, bars] = ["mean_amounts", "best_bikes"].map(
      (name) => charts().find(([mart]) => mart.name === name)![1],
    );
    expect(all(lines, "SimpleNumericalAggregation")).to.deep.equal(["AVERAGE", "AVERAGE"]);
    expect(all(bars, "SimpleNumericalAggregation")).to.deep.equal(["SUM"]);
    expect(all(bars, "FieldSort")).to.deep.equal([{ FieldId: "takings", Direction: "DESC" }]);
  });

  it("never add or rank amounts of two currencies, or of sales and purchases", () => {
    for (const [index, { name, columns, chart }] of marts.entries()) {
      const parting = ["currency_code", "kind"].filter((column) => column in columns);
      expect(parting, name).to.not.deep.equal([]);
      const filters = definition
        .FilterGroups!.filter(({ ScopeConfiguration }) => all(ScopeConfiguration, "SheetId")[0] === name)
        .map(({ Filters }) => Filters![0]!.CategoryFilter!);
      expect(filters.map(({ Column }) => Column!.ColumnName)).to.deep.equal(parting);
      const controls = sheets()[index]!.FilterControls!.map(({ Dropdown }) => Dropdown!);
      for (const { FilterId, Column, Configuration } of filters) {
        const list = Configuration!.FilterListConfiguration!;
        const control = controls.find(({ SourceFilterId }) => SourceFilterId === FilterId)!;
        const coloured = chart!.series === Column!.ColumnName;
        expect(control.Type, name).to.equal(coloured ? "MULTI_SELECT" : "SINGLE_SELECT");
        if (!coloured)
          expect(list.CategoryValues).to.deep.equal([Column!.ColumnName === "kind" ? "sale" : "EUR"]);
      }
    }
  });

  it("show rows alone when a mart declares no chart", () => {
    const { chart: _, ...mart } = takingsByDay;
    const { day } = mart.columns;
    const first = { currency_code: "GBP", kind: "sale" };
    const plain = sheetsOf([mart, { ...mart, name: "days", columns: { day: day! } }], first);
    const [withCurrency, days] = plain.Sheets!;
    for (const { Visuals, Layouts } of [withCurrency!, days!]) {
      expect(Visuals!.map((visual) => Object.keys(visual)[0])).to.deep.equal(["TableVisual"]);
      expect(all(Layouts, "ElementId")).to.deep.equal(all(Visuals, "VisualId"));
    }
    expect(withCurrency!.FilterControls![0]!.Dropdown!.Type).to.equal("MULTI_SELECT");
    expect(days).to.not.have.any.keys("FilterControls", "SheetControlLayouts");
    expect(plain.FilterGroups).to.have.lengthOf(1);
  });

  it("refer only to existing columns, data sets, filters and elements", () => {
    const columns = new Map(marts.map((mart) => [mart.name, Object.keys(mart.columns)]));
    const named = [...within(definition)].filter((one) => "ColumnName" in one);
    expect(named.length).to.be.above(30);
    for (const { DataSetIdentifier, ColumnName } of named)
      expect(columns.get(DataSetIdentifier as string), String(ColumnName)).to.include(ColumnName);

    expect(definition.DataSetIdentifierDeclarations).to.deep.equal(
      marts.map((mart) => ({ Identifier: mart.name, DataSetArn: dataSetOf(mart).arn })),
    );
    expect(all(definition, "SourceFilterId")).to.have.members(all(definition, "FilterId"));
    for (const { Visuals, FilterControls, Layouts, SheetControlLayouts } of sheets()) {
      expect(all(Layouts, "ElementId")).to.have.members(all(Visuals, "VisualId"));
      expect(all(SheetControlLayouts, "ElementId")).to.have.members(all(FilterControls, "FilterControlId"));
      for (const visual of Visuals!) {
        const fields = all(all(visual, "FieldWells"), "FieldId");
        expect(new Set(fields).size).to.equal(fields.length);
        expect(fields).to.include.members(all(all(visual, "SortConfiguration"), "FieldId"));
      }
    }
    const ids = ["SheetId", "VisualId", "FilterId", "FilterGroupId", "FilterControlId"].flatMap((key) =>
      key === "SheetId" ? sheets().map(({ SheetId }) => SheetId) : all(definition, key),
    );
    for (const id of ids) expect(id).to.match(/^[\w-]+$/);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it("are part of the program, and fit into a request to CloudFormation", async () => {
    const program = await programWith(EVERY_CHOICE);

    expect(program.outputs["quicksight"]).to.include.keys("dataSource", "analyses", "dashboards");
    const bodies = templatesIn(program.resources);
    expect(bodies.length).to.be.above(1);
    for (const template of bodies) expect(Buffer.byteLength(template)).to.be.below(MAX_BYTES);
  });

  it("are divided into several analyses and dashboards when one request is too small", async () => {
    const many = Array.from({ length: 30 }, (_, index) => ({
      ...takingsByDay,
      name: `mart_${index}`,
    }));

    const { resources: parted, ids } = await declaredWith(many);

    expect(ids).to.deep.equal(["marble-dev-quicksight", "marble-dev-quicksight-2"]);
    const bodies = templatesIn(parted);
    expect(bodies).to.have.lengthOf(4);
    for (const body of bodies) expect(Buffer.byteLength(body)).to.be.below(MAX_BYTES);
    const shown = all(
      bodies.map((body) => JSON.parse(body) as unknown),
      "SheetId",
    ) as string[];
    for (const { name } of many) expect(shown.filter((id) => id === name).length, name).to.be.above(1);
    expect(resourcesOf(parted, "DataSet")).to.have.lengthOf(30);
  });

  it("give authors and readers only the rights they need, and nobody the data source", () => {
    const analysts = "arn:aws:quicksight:eu-west-2:123456789012:group/default/analysts";
    const ada = "arn:aws:quicksight:eu-west-2:123456789012:user/default/ada";
    expect(inputsOf(resources, "DataSource")).to.not.have.property("permissions");
    for (const { inputs } of resourcesOf(resources, "DataSet"))
      expect(inputs["permissions"]).to.deep.equal([
        {
          principal: analysts,
          actions: [
            "quicksight:DescribeDataSet",
            "quicksight:DescribeDataSetPermissions",
            "quicksight:PassDataSet",
            "quicksight:DescribeIngestion",
            "quicksight:ListIngestions",
          ],
        },
      ]);
    const granted = (to: Readonly<Record<string, unknown>>) => to["Permissions"] as readonly Granted[];
    expect(granted(analysis)).to.deep.equal([
      {
        Principal: analysts,
        Actions: [
          "quicksight:RestoreAnalysis",
          "quicksight:UpdateAnalysisPermissions",
          "quicksight:DeleteAnalysis",
          "quicksight:DescribeAnalysisPermissions",
          "quicksight:QueryAnalysis",
          "quicksight:DescribeAnalysis",
          "quicksight:UpdateAnalysis",
        ],
      },
    ]);
    expect(granted(dashboard).map(({ Principal }) => Principal)).to.deep.equal([analysts, ada]);
    for (const { Actions } of granted(dashboard))
      expect(Actions).to.deep.equal([
        "quicksight:DescribeDashboard",
        "quicksight:ListDashboardVersions",
        "quicksight:QueryDashboard",
      ]);
    expect(analysis).to.include({ AnalysisId: "marble-dev-quicksight" });
    expect(dashboard).to.include({ DashboardId: "marble-dev-quicksight" });
  });

  it("are refused with a remedy without a warehouse, a secret or authors", () => {
    const parse = () => parseConfig({ "marble:alertEmail": "data@example.com", "marble:quicksight": "true" });
    for (const name of ["Host", "Database", "SecretArn", "Authors"]) {
      expect(parse).to.throw(`marble:quicksight${name} is missing: QuickSight needs it.`);
      expect(parse).to.throw(`pulumi config set marble:quicksight${name} "`);
    }
  });
});
