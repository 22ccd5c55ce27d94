import { chartHeight, chartOption } from "../charts/chart-option";
import { newChart } from "../charts/echarts";
import type { Chart } from "../question";

/** A chart that answers to the mouse. */
export interface LiveChart {
  /** Draws it anew, as wide as its element is now. */
  resize(): void;
  dispose(): void;
}

/** Draws a chart into an element of the page, in place of what it has; while the element has no width, later. */
export function liveChart(element: HTMLElement, chart: Chart): LiveChart {
  const height = chartHeight(chart);
  let drawn: ReturnType<typeof newChart> | undefined;
  const draw = (): void => {
    const width = element.clientWidth;
    // A hidden page has no width. What were drawn for it would be NaN; the page says when it is shown.
    if (width === 0) return;
    if (drawn === undefined) {
      element.replaceChildren();
      drawn = newChart(element, null, { renderer: "svg", width, height });
    } else drawn.resize({ width, height });
    drawn.setOption(chartOption(chart, width));
  };
  draw();
  return { resize: draw, dispose: () => drawn?.dispose() };
}
