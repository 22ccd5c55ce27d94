import { chartHeight, chartOption } from "./chart-option";
import { newChart } from "./echarts";
import type { Chart } from "../question";

/** The width of a chart that is drawn before anybody opens the page, in px. */
const WIDTH = 560;

/** A chart as SVG, without a browser. It shrinks with the page. */
export function chartSvg(chart: Chart): string {
  const drawn = newChart(null, null, {
    renderer: "svg",
    ssr: true,
    width: WIDTH,
    height: chartHeight(chart),
  });
  try {
    drawn.setOption(chartOption(chart, WIDTH));
    return drawn.renderToSVGString();
  } finally {
    drawn.dispose();
  }
}
