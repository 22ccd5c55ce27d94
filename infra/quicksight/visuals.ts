import type {
  BarChartVisual,
  ColumnIdentifier,
  DimensionField,
  MeasureField,
  Visual,
} from "@aws-sdk/client-quicksight";
import type { Mart } from "../../domain/marts/mart";
import type { MartChart } from "./chart";

/** How many bars a chart shows; the table beneath has all rows. */
const MOST_BARS = 20;

/** A column of a mart's data set, which is declared under the mart's name. */
export const columnOf = ({ name }: Mart, column: string): ColumnIdentifier => ({
  DataSetIdentifier: name,
  ColumnName: column,
});

type TitleAndId = Pick<BarChartVisual, "VisualId" | "Title">;

const titled = (id: string, title: string): TitleAndId => ({
  VisualId: id,
  Title: { Visibility: "VISIBLE", FormatText: { PlainText: title } },
});

/** A mart's question as lines over months, or as bars, the longest first. */
export function chartVisual(mart: Mart, chart: MartChart, id: string): Visual {
  const heading = titled(id, mart.question);
  const fields = fieldsOf(mart, chart, id);
  if (mart.columns[chart.along]?.type === "date") {
    return {
      LineChartVisual: {
        ...heading,
        ChartConfiguration: {
          Type: "LINE",
          FieldWells: { LineChartAggregatedFieldWells: fields.wells },
          SortConfiguration: { CategorySort: [{ FieldSort: { FieldId: fields.along, Direction: "ASC" } }] },
        },
      },
    };
  }
  return {
    BarChartVisual: {
      ...heading,
      ChartConfiguration: {
        Orientation: "HORIZONTAL",
        // Beside each other, never on each other: money of two currencies has no sum.
        BarsArrangement: "CLUSTERED",
        FieldWells: { BarChartAggregatedFieldWells: fields.wells },
        SortConfiguration: {
          CategorySort: [{ FieldSort: { FieldId: fields.value, Direction: "DESC" } }],
          CategoryItemsLimit: { ItemsLimit: MOST_BARS, OtherCategories: "EXCLUDE" },
        },
      },
    },
  };
}

/** What both charts draw, and the ids of the fields that they sort by. */
function fieldsOf(mart: Mart, { along, measure, series }: MartChart, id: string) {
  const field = (column: string, fieldId = `${id}.${column}`) => ({
    FieldId: fieldId,
    Column: columnOf(mart, column),
  });
  const category: DimensionField =
    mart.columns[along]?.type === "date"
      ? { DateDimensionField: { ...field(along), DateGranularity: "MONTH" } }
      : { CategoricalDimensionField: field(along) };
  const count = `${id}.count`;
  const value: MeasureField =
    measure === undefined
      ? { CategoricalMeasureField: { ...field(along, count), AggregationFunction: "COUNT" } }
      : {
          NumericalMeasureField: {
            ...field(measure),
            AggregationFunction: { SimpleNumericalAggregation: "SUM" },
          },
        };
  return {
    along: `${id}.${along}`,
    value: measure === undefined ? count : `${id}.${measure}`,
    wells: { Category: [category], Values: [value], Colors: [{ CategoricalDimensionField: field(series) }] },
  };
}

export const tableVisual = (mart: Mart, id: string): Visual => ({
  TableVisual: {
    ...titled(id, "All rows"),
    ChartConfiguration: {
      FieldWells: {
        TableUnaggregatedFieldWells: {
          Values: Object.keys(mart.columns).map((column) => ({
            FieldId: `${id}.${column}`,
            Column: columnOf(mart, column),
          })),
        },
      },
    },
  },
});
