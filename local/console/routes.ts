import type { Replies } from "./api";
import { alarmViews } from "./alarms";
import { commits } from "./commits";
import type { ConsoleContext } from "./context";
import { filterLogs } from "./logs";
import { metrics } from "./metrics";
import { overview } from "./overview";

/** Answers a GET of each path under `/api/`; `query` gives a parameter, empty when it is missing. */
export type Routes = {
  readonly [Path in keyof Replies]: (
    query: (name: string) => string,
  ) => Replies[Path] | Promise<Replies[Path]>;
};

const SHOWN_MAILS = 100;

export function routes(context: ConsoleContext): Routes {
  const { platform, history } = context;
  const { cloud } = platform;
  return {
    overview: () => overview(context),
    commits: (query) => commits(context, Number(query("before")) || undefined),
    metrics: () => metrics(cloud, new Date()),
    alarms: () => alarmViews(context),
    mails: async () =>
      (await cloud.mail.mails())
        .slice(-SHOWN_MAILS)
        .reverse()
        .map(({ to, subject, date, body }) => ({ to, subject, at: date.toISOString(), body })),
    logs: (query) =>
      filterLogs(history.logs(), { stage: query("stage"), level: query("level"), text: query("text") }),
  };
}
