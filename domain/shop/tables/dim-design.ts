import { columnsOf } from "../../model/columns";
import { design } from "../sources";
import { dimension } from "../../model/table";

const own = columnsOf(design);

export const dimDesign = dimension("dim_design", {
  description: "What is sold.",
  source: design,
  key: "design_id",
  columns: {
    design_id: own.copy("design_id"),
    design_name: own.copy("design_name"),
    file_location: own.copy("file_location"),
    file_name: own.copy("file_name"),
  },
});
