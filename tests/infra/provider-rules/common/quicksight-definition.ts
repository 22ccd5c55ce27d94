import { either, listOf, object, oneOf, text, whole, type Rule } from "./rule";
import { arn } from "./shared";

/** Source of this file: quicksight:CreateAnalysis and quicksight:CreateDashboard, which have the same definition. */
export const resourceId = text(1, 512, { pattern: /[\w-]+/ });

/** The actions of a principal. The SDK begins the names of inputs in lower case, a template in upper case. */
export const permissions = (principal: string, actions: string): Rule =>
  listOf(
    object(
      {
        [principal]: text(1, 256, {
          pattern: /arn:aws[\w-]*:quicksight:[a-z0-9-]+:\d{12}:(user|group)\/\S+/,
        }),
        [actions]: listOf(text(1, 128, { pattern: /quicksight:[A-Za-z]+/ }), { least: 1, most: 16 }),
      },
      ...[principal, actions],
    ),
    { least: 1, most: 64 },
  );

const identifier = text(1, 2048);
const fieldId = text(1, 512);
const column = object(
  { DataSetIdentifier: identifier, ColumnName: text(1, 128) },
  "DataSetIdentifier",
  "ColumnName",
);
const visibility = oneOf("HIDDEN", "VISIBLE");

const filterGroup = object(
  {
    FilterGroupId: resourceId,
    CrossDataset: oneOf("ALL_DATASETS", "SINGLE_DATASET"),
    Status: oneOf("ENABLED", "DISABLED"),
    ScopeConfiguration: object({
      SelectedSheets: object({
        SheetVisualScopingConfigurations: listOf(
          object(
            { SheetId: resourceId, Scope: oneOf("ALL_VISUALS", "SELECTED_VISUALS") },
            "SheetId",
            "Scope",
          ),
          { least: 1, most: 50 },
        ),
      }),
    }),
    Filters: listOf(
      object({
        CategoryFilter: object(
          {
            FilterId: resourceId,
            Column: column,
            Configuration: object({
              FilterListConfiguration: object(
                {
                  MatchOperator: oneOf(
                    ...[
                      "EQUALS",
                      "DOES_NOT_EQUAL",
                      "CONTAINS",
                      "DOES_NOT_CONTAIN",
                      "STARTS_WITH",
                      "ENDS_WITH",
                    ],
                  ),
                  CategoryValues: listOf(text(0, 512), { most: 100_000 }),
                  SelectAllOptions: oneOf("FILTER_ALL_VALUES"),
                },
                "MatchOperator",
              ),
            }),
          },
          ...["FilterId", "Column", "Configuration"],
        ),
      }),
      { most: 20 },
    ),
  },
  ...["FilterGroupId", "Filters", "ScopeConfiguration", "CrossDataset"],
);

const grid = object(
  {
    Configuration: object({
      GridLayout: object(
        {
          Elements: listOf(
            object(
              {
                ElementId: resourceId,
                ElementType: oneOf("VISUAL", "FILTER_CONTROL", "PARAMETER_CONTROL", "TEXT_BOX", "IMAGE"),
                ColumnIndex: whole(0, 35),
                ColumnSpan: whole(1, 36),
                RowIndex: whole(0, 9009),
                RowSpan: whole(1, 21),
              },
              ...["ElementId", "ElementType", "ColumnSpan", "RowSpan"],
            ),
            { most: 430 },
          ),
        },
        "Elements",
      ),
    }),
  },
  "Configuration",
);

const dimension = either(
  object({ CategoricalDimensionField: object({ FieldId: fieldId, Column: column }, "FieldId", "Column") }),
  object({
    DateDimensionField: object(
      {
        FieldId: fieldId,
        Column: column,
        DateGranularity: oneOf(
          ...["YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND"],
        ),
      },
      ...["FieldId", "Column"],
    ),
  }),
);

const measure = either(
  object({
    CategoricalMeasureField: object(
      { FieldId: fieldId, Column: column, AggregationFunction: oneOf("COUNT", "DISTINCT_COUNT") },
      ...["FieldId", "Column"],
    ),
  }),
  object({
    NumericalMeasureField: object(
      {
        FieldId: fieldId,
        Column: column,
        AggregationFunction: object({
          SimpleNumericalAggregation: oneOf(
            ...[
              "SUM",
              "AVERAGE",
              "MIN",
              "MAX",
              "COUNT",
              "DISTINCT_COUNT",
              "VAR",
              "VARP",
              "STDEV",
              "STDEVP",
              "MEDIAN",
            ],
          ),
        }),
      },
      ...["FieldId", "Column"],
    ),
  }),
);

const wells = object({
  Category: listOf(dimension, { most: 200 }),
  Values: listOf(measure, { most: 200 }),
  Colors: listOf(dimension, { most: 200 }),
});

const sorting = object({
  CategorySort: listOf(object({ FieldSort: object({ FieldId: fieldId, Direction: oneOf("ASC", "DESC") }) }), {
    most: 100,
  }),
  CategoryItemsLimit: object({ ItemsLimit: whole(1), OtherCategories: oneOf("INCLUDE", "EXCLUDE") }),
});

const visual = (configuration: Readonly<Record<string, Rule>>): Rule =>
  object(
    {
      VisualId: resourceId,
      Title: object({ Visibility: visibility, FormatText: object({ PlainText: text(1, 512) }) }),
      ChartConfiguration: object(configuration),
    },
    "VisualId",
  );

const anyVisual = either(
  object({
    BarChartVisual: visual({
      BarsArrangement: oneOf("CLUSTERED", "STACKED", "STACKED_PERCENT"),
      FieldWells: object({ BarChartAggregatedFieldWells: wells }),
      Orientation: oneOf("HORIZONTAL", "VERTICAL"),
      SortConfiguration: sorting,
    }),
  }),
  object({
    LineChartVisual: visual({
      FieldWells: object({ LineChartAggregatedFieldWells: wells }),
      SortConfiguration: sorting,
      Type: oneOf("LINE", "AREA", "STACKED_AREA"),
    }),
  }),
  object({
    TableVisual: visual({
      FieldWells: object({
        TableUnaggregatedFieldWells: object({
          Values: listOf(object({ FieldId: fieldId, Column: column }, "FieldId", "Column"), { most: 200 }),
        }),
      }),
    }),
  }),
);

const filterControl = object({
  Dropdown: object(
    {
      FilterControlId: resourceId,
      SourceFilterId: resourceId,
      Title: text(1, 2048),
      Type: oneOf("MULTI_SELECT", "SINGLE_SELECT"),
      DisplayOptions: object({ SelectAllOptions: object({ Visibility: visibility }) }),
    },
    ...["FilterControlId", "SourceFilterId", "Title"],
  ),
});

const sheet = object(
  {
    SheetId: resourceId,
    Name: text(1, 2048),
    Description: text(1, 1024),
    ContentType: oneOf("PAGINATED", "INTERACTIVE"),
    Visuals: listOf(anyVisual, { most: 50 }),
    Layouts: listOf(grid, { least: 1, most: 1 }),
    FilterControls: listOf(filterControl, { most: 200 }),
    SheetControlLayouts: listOf(grid, { most: 1 }),
  },
  "SheetId",
);

export const definition = object(
  {
    DataSetIdentifierDeclarations: listOf(
      object({ Identifier: identifier, DataSetArn: arn("quicksight") }, "Identifier", "DataSetArn"),
      { least: 1, most: 50 },
    ),
    Sheets: listOf(sheet, { most: 20 }),
    FilterGroups: listOf(filterGroup, { most: 2000 }),
  },
  "DataSetIdentifierDeclarations",
);
