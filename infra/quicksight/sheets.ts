import type {
  AnalysisDefinition,
  Filter,
  FilterControl,
  FilterGroup,
  GridLayoutElement,
  SheetDefinition,
} from "@aws-sdk/client-quicksight";
import { PARTITION_COLUMNS } from "../../domain/marts/chart";
import { titleOf, type Mart } from "../../domain/marts/mart";
import { chartVisual, columnOf, tableVisual } from "./visuals";

/** Columns of QuickSight's grid. */
const WIDTH = 36;
const CHART_ROWS = 12;
const TABLE_ROWS = 14;

/** The columns that sheets show first, because they separate the rows. */
type FirstShown = Readonly<Record<(typeof PARTITION_COLUMNS)[number], string>>;

/** The sheets and filters of an analysis, without its data sets. */
export type Sheets = Pick<AnalysisDefinition, "Sheets" | "FilterGroups">;

/**
 * A sheet for each mart, with a chart of its question if it has one, filters, and the table of rows. A data set has the
 * name of its mart.
 *
 * It is in the words of QuickSight's API, which the SDK has as types and CloudFormation accepts unchanged:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-quicksight-analysis-analysisdefinition.html
 */
export const sheetsOf = (marts: readonly Mart[], first: FirstShown): Sheets => ({
  Sheets: marts.map((mart) => sheetOf(mart)),
  FilterGroups: marts.flatMap((mart) => filtersOf(mart).map((column) => filterGroup(mart, column, first))),
});

type PartingColumn = keyof FirstShown;

const filtersOf = ({ columns }: Mart): PartingColumn[] =>
  PARTITION_COLUMNS.filter((column) => column in columns);

/**
 * A chart with a colour for each part may show several parts. Any other chart would add them up, or rank by their sum.
 */
const oneAtATime = ({ chart }: Mart, column: PartingColumn): boolean =>
  chart !== undefined && chart.series !== column;

const filterId = ({ name }: Mart, column: string): string => `${name}-${column}`;
const controlId = ({ name }: Mart, column: string): string => `${name}-${column}-control`;

function filterGroup(mart: Mart, column: PartingColumn, first: FirstShown): FilterGroup {
  const filter: Filter = {
    CategoryFilter: {
      FilterId: filterId(mart, column),
      Column: columnOf(mart, column),
      Configuration: {
        FilterListConfiguration: oneAtATime(mart, column)
          ? { MatchOperator: "CONTAINS", CategoryValues: [first[column]] }
          : { MatchOperator: "CONTAINS", SelectAllOptions: "FILTER_ALL_VALUES" },
      },
    },
  };
  return {
    FilterGroupId: `${filterId(mart, column)}-group`,
    CrossDataset: "SINGLE_DATASET",
    Status: "ENABLED",
    ScopeConfiguration: {
      SelectedSheets: {
        SheetVisualScopingConfigurations: [{ SheetId: mart.name, Scope: "ALL_VISUALS" }],
      },
    },
    Filters: [filter],
  };
}

const controlOf = (mart: Mart, column: PartingColumn): FilterControl => ({
  Dropdown: {
    FilterControlId: controlId(mart, column),
    Title: titleOf(column.replace("_code", "")),
    SourceFilterId: filterId(mart, column),
    ...(oneAtATime(mart, column)
      ? { Type: "SINGLE_SELECT", DisplayOptions: { SelectAllOptions: { Visibility: "HIDDEN" } } }
      : { Type: "MULTI_SELECT" }),
  },
});

function sheetOf(mart: Mart): SheetDefinition {
  const { name, question, row, note, chart } = mart;
  const controls = filtersOf(mart);
  const chartId = `${name}-chart`;
  const tableId = `${name}-rows`;
  return {
    SheetId: name,
    Name: titleOf(name),
    Description: `${question} One row for ${row}.${note === undefined ? "" : ` ${note}`}`,
    ContentType: "INTERACTIVE",
    Visuals: [
      ...(chart === undefined ? [] : [chartVisual(mart, chart, chartId)]),
      tableVisual(mart, tableId),
    ],
    Layouts: [
      {
        Configuration: {
          GridLayout: {
            Elements:
              chart === undefined
                ? [element(tableId, 0, TABLE_ROWS)]
                : [element(chartId, 0, CHART_ROWS), element(tableId, CHART_ROWS, TABLE_ROWS)],
          },
        },
      },
    ],
    ...(controls.length > 0 && {
      FilterControls: controls.map((column) => controlOf(mart, column)),
      SheetControlLayouts: [
        {
          Configuration: {
            GridLayout: {
              Elements: controls.map((column) => ({
                ElementId: controlId(mart, column),
                ElementType: "FILTER_CONTROL",
                ColumnSpan: 2,
                RowSpan: 1,
              })),
            },
          },
        },
      ],
    }),
  };
}

const element = (id: string, row: number, rows: number): GridLayoutElement => ({
  ElementId: id,
  ElementType: "VISUAL",
  ColumnIndex: 0,
  ColumnSpan: WIDTH,
  RowIndex: row,
  RowSpan: rows,
});
