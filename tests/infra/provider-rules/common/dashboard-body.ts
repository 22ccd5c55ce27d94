import { anyNumber, documentOf, either, listOf, object, oneOf, text, whole, type Rule } from "./rule";
import { arn } from "./shared";

/** The place of a widget on a grid of 24 columns. */
const PLACE = { x: whole(0, 23), y: whole(0), width: whole(1, 24), height: whole(1, 1000) };

const statistic = oneOf("SampleCount", "Average", "Sum", "Minimum", "Maximum");
const title = text(1, 255);
const region = text(1, 64, { pattern: /[a-z]{2}(-[a-z]+)+-\d/ });

/** Namespace, metric, names and values of dimensions, and drawing options. */
const metric = listOf(either(text(1, 1024), object({ stat: statistic, label: text(1, 255) })), {
  least: 2,
  most: 63,
});

const horizontalLine = object({ label: text(1, 255), value: anyNumber }, "value");

const widget = (type: string, properties: Rule): Rule =>
  object({ type: oneOf(type), ...PLACE, properties }, "type", "properties");

/** Source: "Dashboard body structure and syntax" in the API reference of CloudWatch, and "CloudWatch quotas". */
export const dashboardBody = documentOf(
  object(
    {
      widgets: listOf(
        either(
          widget(
            "alarm",
            object({ title, alarms: listOf(arn("cloudwatch"), { least: 1, most: 100 }) }, "alarms"),
          ),
          widget(
            "log",
            object(
              { title, region, view: oneOf("table", "timeSeries", "bar", "pie"), query: text(1, 10_000) },
              "query",
            ),
          ),
          widget(
            "metric",
            object(
              {
                title,
                region,
                metrics: listOf(metric, { least: 1, most: 500 }),
                stat: statistic,
                period: whole(60, 86_400, 60),
                view: oneOf("timeSeries", "singleValue", "gauge", "bar", "pie"),
                annotations: object({ horizontal: listOf(horizontalLine) }),
              },
              ...["metrics", "region"],
            ),
          ),
        ),
        { most: 500 },
      ),
    },
    "widgets",
  ),
  // The documentation names no size. A request to CloudWatch has at most 1 MB.
  1_000_000,
);
