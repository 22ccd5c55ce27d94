import type { Actions } from "./activity";
import type { Posts, Replies } from "../api";
import { readAlarms } from "../views/alarms";
import { readCommits } from "../views/commits";
import type { ConsoleContext } from "./context";
import { filterLogs } from "../views/logs";
import { metrics } from "../views/metrics";
import { readObjectPage } from "../objects/object-page";
import { readOverview } from "../views/overview";
import { listRejected } from "../views/rejected";
import { readSchemaChanges, readSchemas } from "../views/schemas";
import { readTables } from "../views/tables/tables";

/** Answers a GET of each path under `/api/`. `query` returns a parameter, or the empty text. */
export type Routes = {
  readonly [Path in keyof Replies]: (
    query: (name: string) => string,
  ) => Replies[Path] | Promise<Replies[Path]>;
};

/** Answers a POST to each path under `/api/`. `body` is any JSON value. */
export type PostRoutes = {
  readonly [Path in keyof Posts]: (body: unknown) => Posts[Path] | Promise<Posts[Path]>;
};

const SHOWN_MAILS = 100;

export const postRoutes = (actions: Actions): PostRoutes => ({
  plan: (request) => actions.plan(request),
  act: (request) => actions.act(request),
});

export function routes(context: ConsoleContext, actions: Pick<Actions, "activity">): Routes {
  const { platform, history, lake, read } = context;
  const { cloud } = platform;
  return {
    overview: () => readOverview(context),
    commits: (query) => readCommits(context, Number(query("before")) || undefined),
    metrics: () => metrics(cloud, new Date()),
    alarms: () => readAlarms(context),
    mails: async () =>
      (await cloud.mail.mails())
        .slice(-SHOWN_MAILS)
        .reverse()
        .map(({ to, subject, date, body }) => ({ to, subject, at: date.toISOString(), body })),
    logs: (query) =>
      filterLogs(history.logs(), {
        stage: query("stage"),
        level: query("level"),
        text: query("text"),
        run: query("run"),
      }),
    activity: () => actions.activity(),
    buckets: () => Object.values(lake.buckets),
    folder: (query) => {
      const [bucket, prefix, after] = [query("bucket"), query("prefix"), query("after")];
      return read("lake", ["folder", bucket, prefix, after], async () => {
        const { next, ...rest } = await lake.list(bucket, prefix, after || undefined);
        return { ...rest, next: next ?? null };
      });
    },
    object: (query) => {
      const wanted = {
        bucket: query("bucket"),
        key: query("key"),
        from: query("from"),
        text: query("text"),
      };
      return read("lake", ["object", wanted], () => readObjectPage(lake, wanted));
    },
    rejected: (query) => listRejected(context, { commit: Number(query("commit")) || undefined }),
    tables: () => readTables(context),
    schemas: () => read("lake", ["schemas"], () => readSchemas(lake.ingested)),
    "schema-changes": (query) =>
      read("lake", ["schema changes", query("table")], () =>
        readSchemaChanges(lake.ingested, query("table")),
      ),
  };
}
