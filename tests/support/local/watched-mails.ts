import { expect } from "chai";
import { eventFormatter } from "../../../local/commands/present";
import type { Mail } from "../../../local/cloud/sns/outbox";
import { ALARM_MAILS, mailProblems } from "./alarm-mails";
import { shortSubject, type WatchedCloud } from "./watched-cloud";

/** The next mails, if none comes before `from` minutes have passed, and some come until `to` minutes have passed. */
export async function nextMails(
  watched: WatchedCloud,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Mail[]> {
  await watched.pass(from - 1);
  expect((await watched.newMails()).map(shortSubject), "too early").to.deep.equal([]);
  for (let minute = from; minute <= to; minute += 1) {
    await watched.pass(1);
    const mails = await watched.newMails();
    if (mails.length > 0) return mails;
  }
  return [];
}

/** Reads every mail and every line of the terminal since the last call. */
export function readerOf(falseWords: RegExp): {
  /** Expects that each mail says what is wrong, why and what to do, and says nothing false. */
  readonly expectPlain: (watched: WatchedCloud) => Promise<void>;
  /** The alarms that rang. */
  readonly rung: ReadonlySet<string>;
} {
  const rung = new Set<string>();
  const lineOf = eventFormatter();
  let [mailsRead, eventsRead] = [0, 0];
  return {
    rung,
    expectPlain: async ({ cloud, events }) => {
      const mails = (await cloud.mail.mails()).slice(mailsRead);
      mailsRead += mails.length;
      expect(mails.flatMap((mail) => mailProblems(mail, falseWords))).to.deep.equal([]);
      const terminal = events
        .slice(eventsRead)
        .flatMap((event) => lineOf(event) ?? [])
        .join("\n");
      eventsRead = events.length;
      expect(falseWords.exec(terminal.replaceAll("freshness", ""))?.[0]).to.equal(undefined);
      for (const subject of mails.map(shortSubject)) {
        const [state, name = ""] = subject.split(" ");
        if (state !== "ALARM") continue;
        rung.add(name);
        const line = new RegExp(
          `^ALARM {4}marble-local-${name}-[0-9a-f]{7}: (.*) See docs/runbook\\.md#(.*)$`,
          "m",
        );
        const [, says = "", section] = line.exec(terminal) ?? [];
        expect(says, name).to.match(ALARM_MAILS[name]!.says);
        expect(section, name).to.equal(ALARM_MAILS[name]!.section);
      }
    },
  };
}
