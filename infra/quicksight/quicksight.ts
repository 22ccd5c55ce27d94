import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Mart } from "../../domain/marts/mart";
import { nameOf } from "../naming";
import { sheetsOf } from "./sheets";
import { martDataSet, warehouseSource } from "./data";
import type { QuickSightConfig } from "./settings";
import { partsThatFit, quickSightTemplate } from "./template";

interface QuickSightArgs {
  readonly config: QuickSightConfig & { readonly martsSchema: string };
  readonly marts: readonly Mart[];
}

/**
 * The marts in QuickSight: the warehouse as a data source, a data set for each mart, an analysis for authors, and an
 * identical dashboard for readers.
 *
 * The data sets query the warehouse directly, so that they show the loaded data and copy nothing. The account must have
 * a subscription to QuickSight.
 */
export class QuickSight extends pulumi.ComponentResource {
  readonly dataSourceArn: pulumi.Output<string>;
  /** The names of the analyses and dashboards. The marts are split if they do not fit into one. */
  readonly ids: readonly string[];

  constructor(name: string, { config, marts }: QuickSightArgs, opts?: pulumi.ComponentResourceOptions) {
    super("marble:infra:QuickSight", name, {}, opts);
    // These ids are fixed. A new resource cannot use an id until the old one is deleted.
    const child = { parent: this, deleteBeforeReplace: true };
    const { martsSchema, quicksightAuthors: authors, quicksightReaders: readers } = config;
    const everybody = [...new Set([...authors, ...readers])];

    // Built now and not when the data sets exist, so that a preview reports errors.
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
      // A stack that was rolled back could be neither updated nor created again.
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
