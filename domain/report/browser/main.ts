export { chartSvg } from "../charts/chart-svg";
import { startPage } from "./page";

// Lambda loads this script too, and draws with it what the page shows before it runs there.
if (typeof document !== "undefined") startPage();
