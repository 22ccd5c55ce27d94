import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A mail that would have been sent. */
export interface Mail {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  /** To the second, as in a mail's header. */
  readonly date: Date;
  readonly body: string;
  /** The topic of its message. */
  readonly topicArn: string;
}

/** A directory with one readable file for each mail. The file names sort by time. */
interface Outbox {
  write(mail: Mail): Promise<void>;
  /** All mails, the oldest first; also those of earlier runs. */
  read(): Promise<Mail[]>;
}

/** Opens the directory, and creates it if it does not exist. Existing mails stay. */
export async function openOutbox(directory: string): Promise<Outbox> {
  await mkdir(directory, { recursive: true });
  let written = 0;
  return {
    async write(mail) {
      written += 1;
      // Many mails come in one millisecond. The counter keeps their order; the random part keeps two runs apart.
      const time = mail.date.toISOString().replaceAll(/[-:]/g, "");
      const name = `${time}-${String(written).padStart(6, "0")}-${randomUUID().slice(0, 8)}.eml`;
      await writeFile(join(directory, name), format(mail), { flag: "wx" });
    },
    async read() {
      const names = (await readdir(directory)).filter((name) => name.endsWith(".eml")).sort();
      return Promise.all(
        names.map(async (name) => parse(await readFile(join(directory, name), "utf8"), name)),
      );
    },
  };
}

function format({ from, to, subject, date, body, topicArn }: Mail): string {
  return [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${subject}`,
    `Date: ${date.toUTCString().replace("GMT", "+0000")}`,
    `X-Topic-Arn: ${topicArn}`,
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "",
    body,
  ].join("\n");
}

function parse(text: string, name: string): Mail {
  const end = text.indexOf("\n\n");
  const headers = new Map(
    text
      .slice(0, end)
      .split("\n")
      .map((line): [string, string] => {
        const colon = line.indexOf(": ");
        return [line.slice(0, colon), line.slice(colon + 2)];
      }),
  );
  const header = (field: string): string => {
    const value = headers.get(field);
    if (value === undefined)
      throw new Error(`The mail ${name} in the outbox has no header ${field}; remove it`);
    return value;
  };
  return {
    from: header("From"),
    to: header("To"),
    subject: header("Subject"),
    date: new Date(header("Date")),
    body: text.slice(end + 2),
    topicArn: header("X-Topic-Arn"),
  };
}
