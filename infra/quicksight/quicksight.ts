import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Mart } from "../../domain/marts/mart";
import { nameOf } from "../naming";
import { sheetsOf } from "./sheets";
import { martDataSet, warehouseSource } from "./data";
import type { QuickSightConfig } from "./settings";
import { partsThatFit, quickSightTemplate } from "./template";

export interface QuickSightArgs {
  readonly config: QuickSightConfig & { readonly martsSchema: string };
  readonly marts: readonly Mart[];
}

/**
 * The marts in QuickSight: the warehouse as a data source, a data set for each mart, an analysis for authors and a
 * dashboard, which is the same, for readers.
 *
 * The data sets ask the warehouse at each look, so that they show what is loaded, and nothing is copied. The account
 * must have subscribed to QuickSight before.
 */
export class QuickSight extends pulumi.ComponentResource {
  readonly dataSourceArn: pulumi.Output<string>;
  /** Of the analyses and of the dashboards: the marts are parted where they do not fit into one. */
  readonly ids: readonly string[];

  constructor(name: string, { config, marts }: QuickSightArgs, opts?: pulumi.ComponentResourceOptions) {
    super("marble:infra:QuickSight", name, {}, opts);
    // Ids are chosen here, and taken until what has them is gone.
    const child = { parent: this, deleteBeforeReplace: true };
    const { martsSchema, quicksightAuthors: authors, quicksightReaders: readers } = config;
    const everybody = [...new Set([...authors, ...readers])];

    // Now, and not when the data sets are there: a preview sees what is wrong with them.
    const first = { currency_code: config.quicksightCurrency, kind: "sale" };
    const parts = partsThatFit(marts, {
      sheetsOf: (some) => sheetsOf(some, first),
      principals: everybody.length,
    });

    const source = warehouseSource(nameOf(name), config, child);
    this.ids = parts.map((part, index) => {
      const number = index === 0 ? "" : String(index + 1);
      const id = [nameOf(name), number].filter(Boolean).join("-");
      const shown = {
        id,
        name: `${["Business", number].filter(Boolean).join(" ")} (${pulumi.getStack()})`,
        sheets: sheetsOf(part, first),
        declarations: part.map((mart) => ({
          Identifier: mart.name,
          DataSetArn: martDataSet(mart, { source, martsSchema, authors }, child).arn,
        })),
      };
      // One that was rolled back could be neither updated nor made again.
      const onFailure = "DELETE";
      const analysis = quickSightTemplate({ ...shown, kind: "Analysis", principals: authors });
      const dashboard = quickSightTemplate({ ...shown, kind: "Dashboard", principals: everybody });
      new aws.cloudformation.Stack(`${id}-analysis`, { templateBody: analysis, onFailure }, child);
      new aws.cloudformation.Stack(`${id}-dashboard`, { templateBody: dashboard, onFailure }, child);
      return id;
    });
    this.dataSourceArn = source.arn;
    this.registerOutputs({ dataSourceArn: this.dataSourceArn, ids: this.ids });
  }
}
