import { flag, listOf, object, oneOf, text, whole, type ServiceRules } from "./common/rule";
import { permissions, resourceId } from "./common/quicksight-definition";
import { arn, tags } from "./common/shared";

const inputColumn = object(
  {
    name: text(1, 128),
    type: oneOf("STRING", "INTEGER", "DECIMAL", "DATETIME", "BIT", "BOOLEAN", "JSON", "SEMISTRUCT"),
  },
  ...["name", "type"],
);

export const QUICKSIGHT: ServiceRules = {
  "aws:quicksight/dataSet:DataSet": {
    sources: ["internal/service/quicksight/data_set.go", "quicksight:CreateDataSet"],
    inputs: {
      dataSetId: resourceId,
      importMode: oneOf("SPICE", "DIRECT_QUERY"),
      name: text(1, 128),
      permissions: permissions("principal", "actions"),
      physicalTableMaps: listOf(
        object(
          {
            physicalTableMapId: text(1, 64, { pattern: /[0-9a-zA-Z-]*/ }),
            relationalTable: object(
              {
                dataSourceArn: arn("quicksight"),
                inputColumns: listOf(inputColumn, { least: 1, most: 2048 }),
                name: text(1, 64),
                schema: text(0, 64),
              },
              ...["dataSourceArn", "inputColumns", "name"],
            ),
          },
          "physicalTableMapId",
        ),
        { most: 32 },
      ),
      tags,
    },
    required: ["dataSetId", "importMode", "name"],
  },
  "aws:quicksight/dataSource:DataSource": {
    sources: [
      "internal/service/quicksight/data_source.go, schema/data_source.go",
      "quicksight:CreateDataSource",
    ],
    inputs: {
      credentials: object({ secretArn: arn("secretsmanager") }),
      dataSourceId: resourceId,
      name: text(1, 128),
      parameters: object({
        postgresql: object(
          { database: text(1, 128), host: text(1, 256), port: whole(1, 65_535) },
          ...["database", "host", "port"],
        ),
      }),
      sslProperties: object({ disableSsl: flag }, "disableSsl"),
      tags,
      type: oneOf("POSTGRESQL"),
      vpcConnectionProperties: object({ vpcConnectionArn: arn("quicksight") }, "vpcConnectionArn"),
    },
    required: ["dataSourceId", "name", "parameters", "type"],
  },
};
