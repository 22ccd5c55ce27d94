import type { Credentials } from "../../../adapters/aws/secrets";
import { databaseSecret } from "../../databases/database-secret";
import type { Platform } from "../../platform";
import { wiringOf } from "../../wiring";
import type { Alarm } from "../../cloud/cloudwatch/alarm";
import type { History } from "./history";
import { keepReadings, type Read } from "./readings";
import type { Warehouse } from "../views/ask-warehouse";
import { openLake, type LakeReader } from "../objects/lake-reader";

/** The data that the console reads. */
export interface ConsoleContext {
  readonly platform: Platform;
  readonly history: History;
  readonly lake: LakeReader;
  readonly read: Read;
  readonly alarms: readonly Alarm[];
  readonly warehouse: Warehouse;
}

/** Opens the data of the console. The caller has to close the lake. */
export function consoleContext(platform: Platform, history: History): ConsoleContext {
  const { program } = platform.cloud;
  const schema = program.functions.map(({ environment }) => environment["WAREHOUSE_SCHEMA"]).find(Boolean);
  if (schema === undefined) throw new Error("no function of the program has the variable WAREHOUSE_SCHEMA");
  return {
    platform,
    history,
    lake: openLake(platform.cloud),
    read: keepReadings(),
    alarms: wiringOf(program).alarms,
    warehouse: {
      credentials: JSON.parse(databaseSecret(platform.warehouse.url, "--warehouse")) as Credentials,
      schema,
    },
  };
}
