import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { messageReader, sqlOf, type Message } from "./postgres-messages";

/** A request of a client to the server. */
export interface Statement {
  /** A statement, the end of the data of a COPY, or the connection itself. */
  readonly kind: "connect" | "statement" | "copyDone";
  /** "" unless it is a statement. */
  readonly sql: string;
}

/**
 * The fate of a request: it passes; the connection breaks before the request reaches the server; or the request takes
 * effect, and the connection breaks before the answer reaches the client.
 */
export type Verdict = "pass" | "cutBefore" | "cutAfter";

interface PostgresProxy {
  readonly port: number;
  /** Breaks every connection. */
  cut(): void;
  close(): Promise<void>;
}

/**
 * A proxy between a client and a PostgreSQL server. It reads the statements, and breaks connections at the exact moment
 * that a test chooses. To the server, the client has vanished. To the client, the connection is broken.
 */
export async function startPostgresProxy(options: {
  /** The port of the server, on 127.0.0.1. */
  readonly port: number;
  readonly onStatement: (statement: Statement) => Verdict | Promise<Verdict>;
}): Promise<PostgresProxy> {
  const cuts = new Set<() => void>();
  const listener = createServer({ noDelay: true }, (client) => {
    const server = connect({ port: options.port, host: "127.0.0.1", noDelay: true });
    const cut = (): void => {
      client.destroy();
      server.destroy();
      cuts.delete(cut);
    };
    cuts.add(cut);
    for (const socket of [client, server]) socket.on("error", cut).on("close", cut);
    forward({ client, server, cut }, options.onStatement);
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const cut = (): void => {
    for (const each of [...cuts]) each();
  };
  return {
    port: (listener.address() as AddressInfo).port,
    cut,
    close: async () => {
      listener.close();
      cut();
      await once(listener, "close");
    },
  };
}

interface Line {
  readonly client: Socket;
  readonly server: Socket;
  readonly cut: () => void;
}

function forward(line: Line, onStatement: (statement: Statement) => Verdict | Promise<Verdict>): void {
  const { client, server, cut } = line;
  const requests = messageReader({ startup: true });
  let losing: ((chunk: Buffer) => void) | undefined;
  let turn: Promise<void> = Promise.resolve();

  const pass = async (message: Message): Promise<void> => {
    const statement = statementOf(message);
    const verdict = statement === undefined ? "pass" : await onStatement(statement);
    if (verdict === "cutAfter") losing = loseAnswer(line);
    if (verdict === "cutBefore") cut();
    else server.write(message.bytes);
  };
  client.on("data", (chunk) => {
    for (const message of requests(chunk)) turn = turn.then(() => pass(message)).catch(cut);
  });
  server.on("data", (chunk) => {
    if (losing === undefined) client.write(chunk);
    else losing(chunk);
  });
}

/** Holds the answer to a statement back, until the answer is complete and the connection breaks. */
function loseAnswer({ client, cut }: Line): (chunk: Buffer) => void {
  const answers = messageReader({ startup: false });
  let held: Message | undefined;
  return (chunk) => {
    for (const message of answers(chunk)) {
      // Passes all copied rows except the last, because the client must notice that the end is missing.
      if (message.type === "H") client.write(message.bytes);
      else if (message.type === "d") {
        if (held !== undefined) client.write(held.bytes);
        held = message;
      } else if (ENDS.has(message.type)) cut();
    }
  };
}

/** A demand for the password, ready for a statement, ready for the rows of a COPY, an error, the end of a COPY. */
const ENDS: ReadonlySet<string> = new Set(["R", "Z", "G", "E", "c"]);

function statementOf(message: Message): Statement | undefined {
  switch (message.type) {
    case "":
      return { kind: "connect", sql: "" };
    case "Q":
    case "P":
      return { kind: "statement", sql: sqlOf(message) };
    case "c":
      return { kind: "copyDone", sql: "" };
    default:
      return undefined;
  }
}
