export { chartSvg } from "../charts/chart-svg";
import { report } from "../../declarations";
import { startPage } from "./page";

// Lambda loads this script too, and draws the first charts of the page with it.
if (typeof document !== "undefined") startPage(report);
