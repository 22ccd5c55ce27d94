import type {
  BarChartAggregatedFieldWells,
  BarChartVisual,
  ColumnIdentifier,
  DimensionField,
  MeasureField,
  Visual,
} from "@aws-sdk/client-quicksight";
import type { MartChart } from "../../domain/marts/chart";
import type { Mart } from "../../domain/marts/mart";

/** The largest number of bars in a chart. The table below it has all rows. */
const MAX_BARS = 20;

/** A column of a mart's data set, which has the mart's name. */
export const columnOf = ({ name }: Mart, column: string): ColumnIdentifier => ({
  DataSetIdentifier: name,
  ColumnName: column,
});

const withTitle = (id: string, title: string): Pick<BarChartVisual, "VisualId" | "Title"> => ({
  VisualId: id,
  Title: { Visibility: "VISIBLE", FormatText: { PlainText: title } },
});

/** The field that counts rows. The other fields have the names of their columns. */
const COUNT = "count";

/** A mart's question as lines over months, or as bars, the longest first. */
export function chartVisual(mart: Mart, chart: MartChart, id: string): Visual {
  const heading = withTitle(id, mart.question);
  const { category, measures } = chart;
  const wells = wellsOf(mart, chart);
  if (isDate(mart, category)) {
    return {
      LineChartVisual: {
        ...heading,
        ChartConfiguration: {
          Type: "LINE",
          FieldWells: { LineChartAggregatedFieldWells: wells },
          SortConfiguration: { CategorySort: [{ FieldSort: { FieldId: category, Direction: "ASC" } }] },
        },
      },
    };
  }
  return {
    BarChartVisual: {
      ...heading,
      ChartConfiguration: {
        Orientation: "HORIZONTAL",
        BarsArrangement: "CLUSTERED",
        FieldWells: { BarChartAggregatedFieldWells: wells },
        SortConfiguration: {
          CategorySort: [{ FieldSort: { FieldId: measures[0] ?? COUNT, Direction: "DESC" } }],
          CategoryItemsLimit: { ItemsLimit: MAX_BARS, OtherCategories: "EXCLUDE" },
        },
      },
    },
  };
}

const isDate = ({ columns }: Mart, column: string): boolean => columns[column]?.type === "date";

function wellsOf(
  mart: Mart,
  { category, measures, aggregate, series }: MartChart,
): Pick<BarChartAggregatedFieldWells, "Category" | "Values" | "Colors"> {
  const field = (column: string) => ({ FieldId: column, Column: columnOf(mart, column) });
  const axis: DimensionField = isDate(mart, category)
    ? { DateDimensionField: { ...field(category), DateGranularity: "MONTH" } }
    : { CategoricalDimensionField: field(category) };
  const values = measures.map((measure): MeasureField => ({
    NumericalMeasureField: {
      ...field(measure),
      AggregationFunction: { SimpleNumericalAggregation: aggregate === "average" ? "AVERAGE" : "SUM" },
    },
  }));
  const count: MeasureField = {
    CategoricalMeasureField: {
      FieldId: COUNT,
      Column: columnOf(mart, category),
      AggregationFunction: "COUNT",
    },
  };
  return {
    Category: [axis],
    Values: values.length === 0 ? [count] : values,
    ...(series !== undefined && { Colors: [{ CategoricalDimensionField: field(series) }] }),
  };
}

export const tableVisual = (mart: Mart, id: string): Visual => ({
  TableVisual: {
    ...withTitle(id, "Rows"),
    ChartConfiguration: {
      FieldWells: {
        TableUnaggregatedFieldWells: {
          Values: Object.keys(mart.columns).map((column) => ({
            FieldId: column,
            Column: columnOf(mart, column),
          })),
        },
      },
    },
  },
});
