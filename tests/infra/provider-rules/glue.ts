import { listOf, mapOf, object, text, type Rule, type ServiceRules } from "./common/rule";
import { tags } from "./common/shared";

/** A line of text. Source: the patterns of Glue's API model for text without surrogates. */
const line = (least: number, most: number, without?: RegExp): Rule =>
  text(least, most, { pattern: /[\u0020-\uD7FF\uE000-\uFFFD\t]*/, ...(without && { without }) });

/** The provider refuses capitals, which Glue would turn into lower case. */
const nameWithoutCapitals = line(1, 255, /[A-Z]/);

const column = object({ comment: line(0, 255), name: line(1, 255), type: line(0, 131_072) }, "name");

export const GLUE: ServiceRules = {
  "aws:glue/catalogDatabase:CatalogDatabase": {
    sources: ["internal/service/glue/catalog_database.go", "glue:CreateDatabase"],
    physicalName: { input: "name", rule: nameWithoutCapitals },
    inputs: { description: text(0, 2048), tags },
  },
  "aws:glue/catalogTable:CatalogTable": {
    sources: ["internal/service/glue/catalog_table.go", "glue:CreateTable"],
    physicalName: { input: "name", rule: nameWithoutCapitals },
    inputs: {
      databaseName: line(1, 255),
      description: text(0, 2048),
      parameters: mapOf(line(1, 255), text(0, 512_000)),
      partitionKeys: listOf(column),
      storageDescriptor: object({
        columns: listOf(column),
        inputFormat: line(0, 128),
        location: text(1, 2056, { pattern: /s3:\/\/\S+\// }),
        outputFormat: line(0, 128),
        serDeInfo: object({ serializationLibrary: line(1, 255) }),
      }),
      tableType: text(0, 255),
    },
    required: ["databaseName"],
  },
};
