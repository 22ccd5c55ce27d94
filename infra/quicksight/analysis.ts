import type { AnalysisDefinition, GridLayoutElement, SheetDefinition } from "@aws-sdk/client-quicksight";
import type { Mart } from "../../domain/marts/mart";
import { chartOf } from "./chart";
import { chartVisual, columnOf, tableVisual } from "./visuals";

/** The columns of QuickSight's grid. */
const WIDTH = 36;
const CHART_ROWS = 12;
const TABLE_ROWS = 14;

/** `revenue_by_month` as a title: Revenue by month. */
export function titleOf({ name }: Mart): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * An analysis with a sheet for each mart: its question as a chart, a filter, and all rows beneath.
 *
 * It is in the words of QuickSight's API, which the SDK has as types and CloudFormation takes as they are:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-quicksight-analysis-analysisdefinition.html
 *
 * @param dataSetArns by the names of the marts
 */
export function analysisOf(
  marts: readonly Mart[],
  dataSetArns: Readonly<Record<string, string>>,
): AnalysisDefinition {
  return {
    DataSetIdentifierDeclarations: marts.map(({ name }) => ({
      Identifier: name,
      DataSetArn: dataSetArns[name],
    })),
    Sheets: marts.map(sheetOf),
    FilterGroups: marts.map((mart) => ({
      FilterGroupId: `${mart.name}-filters`,
      CrossDataset: "SINGLE_DATASET",
      Status: "ENABLED",
      ScopeConfiguration: {
        SelectedSheets: {
          SheetVisualScopingConfigurations: [{ SheetId: mart.name, Scope: "ALL_VISUALS" }],
        },
      },
      Filters: [
        {
          CategoryFilter: {
            FilterId: filterId(mart),
            Column: columnOf(mart, chartOf(mart).series),
            Configuration: {
              FilterListConfiguration: { MatchOperator: "CONTAINS", SelectAllOptions: "FILTER_ALL_VALUES" },
            },
          },
        },
      ],
    })),
  };
}

const filterId = ({ name }: Mart): string => `${name}-filter`;

function sheetOf(mart: Mart): SheetDefinition {
  const { name, question, row, note } = mart;
  const chart = chartOf(mart);
  const control = `${name}-control`;
  const visuals: readonly [id: string, rows: number][] = [
    [`${name}-chart`, CHART_ROWS],
    [`${name}-rows`, TABLE_ROWS],
  ];
  return {
    SheetId: name,
    Name: titleOf(mart),
    Description: `${question} One row for ${row}.${note === undefined ? "" : ` ${note}`}`,
    ContentType: "INTERACTIVE",
    Visuals: [chartVisual(mart, chart, `${name}-chart`), tableVisual(mart, `${name}-rows`)],
    Layouts: [{ Configuration: { GridLayout: { Elements: stacked(visuals) } } }],
    FilterControls: [
      {
        Dropdown: {
          FilterControlId: control,
          Title: chart.series,
          SourceFilterId: filterId(mart),
          Type: "MULTI_SELECT",
        },
      },
    ],
    SheetControlLayouts: [
      {
        Configuration: {
          GridLayout: {
            Elements: [{ ElementId: control, ElementType: "FILTER_CONTROL", ColumnSpan: 2, RowSpan: 1 }],
          },
        },
      },
    ],
  };
}

function stacked(visuals: readonly [id: string, rows: number][]): GridLayoutElement[] {
  let top = 0;
  return visuals.map(([id, rows]) => {
    const element: GridLayoutElement = {
      ElementId: id,
      ElementType: "VISUAL",
      ColumnIndex: 0,
      ColumnSpan: WIDTH,
      RowIndex: top,
      RowSpan: rows,
    };
    top += rows;
    return element;
  });
}
