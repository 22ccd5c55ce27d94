import { chartHeight, chartOption } from "../charts/chart-option";
import { newChart } from "../charts/echarts";
import type { Chart } from "../question";

/** A chart that answers to the mouse. */
export interface LiveChart {
  /** Draws it anew, as wide as its element is now. */
  resize(): void;
  dispose(): void;
}

/** Draws a chart into an empty element of the page. */
export function liveChart(element: HTMLElement, chart: Chart): LiveChart {
  const height = chartHeight(chart);
  const drawn = newChart(element, null, { renderer: "svg", width: element.clientWidth, height });
  const draw = (): void => drawn.setOption(chartOption(chart, element.clientWidth));
  draw();
  return {
    resize: () => {
      drawn.resize({ width: element.clientWidth, height });
      draw();
    },
    dispose: () => drawn.dispose(),
  };
}
