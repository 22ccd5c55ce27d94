import { chartHeight, chartOption } from "../charts/chart-option";
import { newChart } from "../charts/echarts";
import type { Chart } from "../question";

/** An interactive chart. */
export interface LiveChart {
  /** Redraws it at the present width of its element. */
  resize(): void;
  dispose(): void;
}

/**
 * Draws a chart into an element of the page and replaces its content. If the element has no width yet, the chart is
 * drawn later.
 */
export function liveChart(element: HTMLElement, chart: Chart): LiveChart {
  const height = chartHeight(chart);
  let drawn: ReturnType<typeof newChart> | undefined;
  const draw = (): void => {
    const width = element.clientWidth;
    // A hidden page has no width, and the chart would contain NaN. The page calls again when it is shown.
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
