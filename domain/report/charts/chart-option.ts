import type { EChartsCoreOption } from "echarts/core";
import { countText, shortText } from "../amounts";
import type { Chart } from "../question";

/** The colours come from the style sheet, which covers dark screens and paper. */
const INK = "var(--ink)";
const MUTED = "var(--muted)";
const LINE = "var(--line)";
const SERIES = ["var(--series-1)", "var(--series-2)", "var(--series-3)"];

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
const BAR_PX = 30;

/** The height of the unit of the axis, in px. */
const UNIT_PX = 18;

/** The height of a chart, in px. */
export const chartHeight = ({ kind, categories }: Chart): number =>
  UNIT_PX + (kind === "bars" ? 70 + categories.length * BAR_PX : 280);

/** Names take at most this much of a narrow screen. */
const nameWidth = (width: number): number => Math.min(180, Math.round(width * 0.42));

/** Up to this many columns, every column shows its name. */
const FEW = 6;

/** The width below a column; the axis next to the columns takes the rest. */
const columnWidth = (width: number, columns: number): number => Math.floor((width - 60) / columns) - 4;

/** The height of a chart's legend, in px. Names that do not fit a row move to the next. */
function legendHeight(series: Chart["series"], width: number): number {
  if (series.length < 2) return 12;
  const needed = series.reduce((sum, { name }) => sum + 27 + name.length * 7, 0);
  return 16 + Math.ceil(needed / width) * 20;
}

/** True for a point without a neighbour: no line leads to it. */
const isAlone = (values: readonly (number | null)[], place: number): boolean =>
  values[place] !== null && (values[place - 1] ?? null) === null && (values[place + 1] ?? null) === null;

/** The points of a line. Few have a symbol each; of many, only those have one that would be invisible without it. */
function points(values: readonly (number | null)[]): object {
  if (values.length < 3) return { data: values };
  if (!values.some((_, place) => isAlone(values, place))) return { data: values, showSymbol: false };
  const data = values.map((value, place) => (isAlone(values, place) ? value : { value, symbol: "none" }));
  // Otherwise, ECharts would leave out the symbol of a point whose name the axis leaves out.
  return { data, showAllSymbol: true };
}

/** The ECharts option of a chart, for a width in px. */
export function chartOption(chart: Chart, width: number): EChartsCoreOption {
  const { kind, categories, series, unit } = chart;
  const lies = kind === "bars";
  const names = {
    type: "category",
    data: categories,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: LINE } },
    axisLabel: {
      color: lies ? INK : MUTED,
      fontFamily: FONT,
      ...(lies && { width: nameWidth(width), overflow: "truncate", interval: 0 }),
      // Names without an order are all shown, on two lines if one is too short.
      ...(!lies &&
        categories.length <= FEW && {
          width: columnWidth(width, categories.length),
          overflow: "break",
          lineHeight: 14,
          interval: 0,
        }),
    },
    inverse: lies,
  };
  const values = {
    type: "value",
    splitNumber: width < 480 ? 3 : 5,
    axisLabel: { color: MUTED, fontFamily: FONT, formatter: shortText, hideOverlap: true },
    splitLine: { lineStyle: { color: LINE } },
    name: unit,
    nameLocation: lies ? "middle" : "end",
    ...(lies && { nameGap: 26 }),
    nameTextStyle: {
      color: MUTED,
      fontFamily: FONT,
      ...(!lies && { align: "left", padding: [0, 0, 0, -28] }),
    },
  };
  return {
    // The server draws the chart once and the browser redraws it immediately, so nothing should move.
    animation: false,
    color: SERIES,
    textStyle: { fontFamily: FONT, color: INK },
    grid: {
      left: 4,
      right: 16,
      top: legendHeight(series, width) + (lies ? 0 : UNIT_PX),
      bottom: lies ? UNIT_PX : 4,
      containLabel: true,
    },
    legend:
      series.length > 1
        ? {
            show: true,
            left: 0,
            top: 0,
            icon: "roundRect",
            itemWidth: 12,
            itemHeight: 12,
            textStyle: { color: INK, fontFamily: FONT },
          }
        : { show: false },
    tooltip: {
      trigger: "axis",
      confine: true,
      axisPointer: { type: kind === "lines" ? "line" : "shadow", shadowStyle: { color: LINE, opacity: 0.4 } },
      backgroundColor: "var(--surface)",
      borderColor: LINE,
      textStyle: { color: INK, fontFamily: FONT },
      valueFormatter: (value: unknown) => (typeof value === "number" ? `${countText(value)} ${unit}` : "–"),
    },
    xAxis: lies ? values : names,
    yAxis: lies ? names : values,
    series: series.map(({ name, values: numbers }) => ({
      name,
      ...(kind === "lines" ? { type: "line", ...points(numbers) } : { type: "bar", data: numbers }),
      barMaxWidth: lies ? 14 : 40,
      lineStyle: { width: 2.5 },
      itemStyle: { borderRadius: lies ? [0, 3, 3, 0] : [3, 3, 0, 0] },
      // ECharts would lighten a colour that it cannot parse.
      emphasis: { disabled: true },
    })),
  };
}
