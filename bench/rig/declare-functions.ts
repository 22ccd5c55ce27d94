import { join } from "node:path";
import { runProgram } from "../../local/pulumi/program";
import { CONFIG } from "./rig";

/** The program of the process that other-model.ts starts: sends the Lambdas of the copy that it is in. */

const PROJECT = join(__dirname, "../..");

void runProgram({ config: CONFIG, workDirectory: join(PROJECT, "work") }).then(({ functions }) => {
  process.send?.(functions);
  process.disconnect();
});
