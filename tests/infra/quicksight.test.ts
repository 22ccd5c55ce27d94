import { expect } from "chai";
import type { AnalysisDefinition, Visual } from "@aws-sdk/client-quicksight";
import type { Mart } from "../../domain/marts/mart";
import { marts } from "../../domain/marts/marts";
import { parseConfig } from "../../infra/config";
import { chartOf } from "../../infra/quicksight/chart";
import type { Program } from "../../local/program";
import { EVERY_CHOICE } from "../support/choices";
import { inputsOf, resourcesOf } from "../support/declared";
import { devProgram, programWith } from "../support/dev-program";

interface Analysis {
  readonly Type: string;
  readonly Properties: {
    readonly AnalysisId: string;
    readonly Definition: AnalysisDefinition;
    readonly Permissions: readonly { readonly Principal: string; readonly Actions: readonly string[] }[];
  };
}

/** CloudFormation takes no more in a request. */
const MOST_BYTES = 51_200;

/** All objects within, at any depth. */
function* within(value: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield value as Readonly<Record<string, unknown>>;
  for (const one of Object.values(value)) yield* within(one);
}

const all = (value: unknown, key: string): unknown[] =>
  [...within(value)].flatMap((one) => (key in one ? [one[key]] : []));

describe("The marts in QuickSight", () => {
  let program: Program;
  let template: string;
  let analysis: Analysis["Properties"];
  before(async () => {
    program = await programWith(EVERY_CHOICE);
    template = inputsOf(program.resources, "Stack")["templateBody"] as string;
    const { Resources } = JSON.parse(template) as { Resources: Record<string, Analysis> };
    expect(Object.values(Resources).map(({ Type }) => Type)).to.deep.equal(["AWS::QuickSight::Analysis"]);
    analysis = Resources["Analysis"]!.Properties;
  });
  const dataSetOf = ({ name }: Mart) =>
    resourcesOf(program.resources, "DataSet").find(
      ({ inputs }) => inputs["dataSetId"] === `marble-dev-${name.replaceAll("_", "-")}`,
    )!;
  const sheets = () => analysis.Definition.Sheets!;
  const charts = (): [Mart, Visual][] => marts.map((mart, index) => [mart, sheets()[index]!.Visuals![0]!]);

  it("are nothing by default", async () => {
    const plain = await devProgram();
    expect(plain.outputs["quicksight"]).to.equal("off");
    expect(plain.resources.filter(({ type }) => /quicksight|cloudformation/i.test(type))).to.deep.equal([]);
  });

  it("ask the warehouse over TLS, as a role whose password the program never sees", () => {
    const source = inputsOf(program.resources, "DataSource");
    expect(source).to.deep.include({
      type: "POSTGRESQL",
      parameters: { postgresql: { host: "warehouse.example.com", port: 6432, database: "warehouse" } },
      credentials: { secretArn: EVERY_CHOICE["quicksightSecretArn"] },
      sslProperties: { disableSsl: false },
      vpcConnectionProperties: { vpcConnectionArn: EVERY_CHOICE["quicksightVpcConnectionArn"] },
    });
  });

  it("are a data set each, with the columns of the view, and copy nothing", () => {
    expect(resourcesOf(program.resources, "DataSet")).to.have.lengthOf(marts.length);
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
    const revenue = dataSetOf(marts[0]!).inputs["physicalTableMaps"] as [
      { relationalTable: { inputColumns: unknown[] } },
    ];
    expect(revenue[0].relationalTable.inputColumns).to.deep.include.members([
      { name: "month", type: "DATETIME" },
      { name: "revenue", type: "DECIMAL" },
      { name: "orders", type: "INTEGER" },
      { name: "currency_code", type: "STRING" },
    ]);
  });

  it("have a sheet each in an analysis: the question, a chart, a filter, all rows", () => {
    expect(sheets().map(({ Name }) => Name)).to.include("Revenue by month");
    for (const [index, { question, columns }] of marts.entries()) {
      const { Description, Visuals, FilterControls } = sheets()[index]!;
      expect(Description).to.include(question);
      expect(Visuals).to.have.lengthOf(2);
      expect(FilterControls).to.have.lengthOf(1);
      expect(all(Visuals![1], "ColumnName")).to.deep.equal(Object.keys(columns));
    }
  });

  it("draw what a reader expects", () => {
    const drawn = Object.fromEntries(
      charts().map(([{ name }, visual]) => [
        name,
        `${Object.keys(visual)[0]!.replace("ChartVisual", "")}: ${all(visual, "ColumnName").join(", ")}`,
      ]),
    );
    expect(drawn).to.deep.equal({
      revenue_by_month: "Line: month, revenue, currency_code",
      best_designs: "Bar: design_name, revenue, currency_code",
      sales_by_place: "Bar: country, revenue, currency_code",
      staff_performance: "Bar: staff_name, sales_value, currency_code",
      department_performance: "Bar: department_name, sales_value, currency_code",
      counterparty_value: "Bar: counterparty_legal_name, sales_value, currency_code",
      outstanding_payments: "Bar: payment_type_name, amount, currency_code",
      lead_times: "Line: month, days_to_delivery, kind",
      order_changes: "Bar: changed, changed, kind",
      deleted_orders: "Bar: counterparty_legal_name, value, currency_code",
    });
  });

  it("never add money of two currencies", () => {
    for (const [{ name, columns }, visual] of charts()) {
      if (!("currency_code" in columns)) continue;
      expect(all(all(visual, "Colors"), "ColumnName"), name).to.deep.equal(["currency_code"]);
      if (visual.BarChartVisual)
        expect(visual.BarChartVisual.ChartConfiguration).to.include({ BarsArrangement: "CLUSTERED" });
    }
  });

  it("name only what there is: columns, data sets, filters, what stands in a layout", () => {
    const { Definition } = analysis;
    const columns = new Map(marts.map((mart) => [mart.name, Object.keys(mart.columns)]));
    const named = [...within(Definition)].filter((one) => "ColumnName" in one);
    expect(named.length).to.be.above(100);
    for (const { DataSetIdentifier, ColumnName } of named)
      expect(columns.get(DataSetIdentifier as string), String(ColumnName)).to.include(ColumnName);

    expect(Definition.DataSetIdentifierDeclarations).to.deep.equal(
      marts.map((mart) => ({ Identifier: mart.name, DataSetArn: dataSetOf(mart).arn })),
    );
    expect(all(Definition, "SourceFilterId")).to.have.members(all(Definition, "FilterId"));
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
      key === "SheetId" ? sheets().map(({ SheetId }) => SheetId) : all(Definition, key),
    );
    for (const id of ids) expect(id).to.match(/^[\w-]+$/);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it("fit into one request to CloudFormation", () => {
    expect(Buffer.byteLength(template)).to.be.below(MOST_BYTES);
  });

  it("go to whom the stack names, and to nobody else", () => {
    const principals = EVERY_CHOICE["quicksightPrincipals"]!.split(",");
    for (const type of ["DataSource", "DataSet"]) {
      for (const { inputs } of resourcesOf(program.resources, type)) {
        const granted = inputs["permissions"] as { principal: string; actions: string[] }[];
        expect(granted.map(({ principal }) => principal)).to.deep.equal(principals);
        for (const action of granted.flatMap(({ actions }) => actions))
          expect(action).to.match(/^quicksight:(Describe|List|Pass)/);
      }
    }
    expect(analysis.Permissions.map(({ Principal }) => Principal)).to.deep.equal(principals);
    expect(analysis.AnalysisId).to.equal("marble-dev-quicksight");
  });

  it("cannot be without a warehouse, a secret and readers, and the stack is told so", () => {
    const parse = () => parseConfig({ "marble:alertEmail": "data@example.com", "marble:quicksight": "true" });
    for (const name of ["Host", "Database", "SecretArn", "Principals"]) {
      expect(parse).to.throw(`marble:quicksight${name} is missing: QuickSight needs it.`);
      expect(parse).to.throw(`pulumi config set marble:quicksight${name} "`);
    }
  });

  it("cannot be drawn without something to draw, and the mart is named", () => {
    const { kind: _, ...columns } = marts.find(({ name }) => name === "order_changes")!.columns;
    expect(() => chartOf({ ...marts[0]!, name: "shapeless", columns })).to.throw(
      "QuickSight cannot draw the mart shapeless: it needs a column currency_code or kind",
    );
  });
});
