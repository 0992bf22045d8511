// A server that speaks Trino's protocol and answers as a test says: pages, errors, refusals, silence.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What one page holds; `next: false` is the last. */
export interface FakePage {
  readonly columns?: readonly { readonly name: string; readonly type: string }[];
  readonly data?: readonly (readonly unknown[])[];
  readonly error?: { readonly errorName: string; readonly message: string };
  readonly next?: boolean;
  /** in place of the address of the next page */
  readonly nextUri?: string;
  /** in place of a page */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** the request is never answered */
  readonly hang?: boolean;
}

/** It runs. */
export interface FakeTrino {
  readonly url: string;
  /** what is answered, request by request; to those after the last one the last one */
  pages: FakePage[];
  /** statements as they came, with the headers beside them */
  readonly statements: { readonly sql: string; readonly headers: IncomingMessage["headers"] }[];
  /** every request: `POST /v1/statement` */
  readonly asked: string[];
  /** queries that are neither at their end nor cancelled */
  open(): number;
  /** forgets what was asked */
  reset(pages: FakePage[]): void;
  close(): Promise<void>;
}

/** Starts one on loopback. */
export async function startFakeTrino(): Promise<FakeTrino> {
  const opened = new Set<string>();
  let answered = 0;
  let queries = 0;
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fake: FakeTrino = {
    url,
    pages: [],
    statements: [],
    asked: [],
    open: () => opened.size,
    reset: (pages) => {
      fake.pages = pages;
      answered = 0;
      opened.clear();
      fake.asked.length = 0;
      fake.statements.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "").replace(/\?.*$/, "");
    fake.asked.push(`${request.method} ${path}`);
    let sql = "";
    for await (const piece of request) sql += String(piece);
    if (request.method === "DELETE") {
      opened.delete(/q\d+/.exec(path)?.[0] ?? "");
      response.writeHead(204).end();
      return;
    }
    const page = fake.pages[Math.min(answered, fake.pages.length - 1)] ?? {};
    answered += 1;
    const { columns, data, error, status = 200, headers = {}, body } = page;
    if (request.method === "POST") {
      fake.statements.push({ sql, headers: request.headers });
      if (status === 200) opened.add(`q${(queries += 1)}`);
    }
    if (page.hang === true) return;
    if (status !== 200) return void response.writeHead(status, headers).end("not now");
    const id = `q${queries}`;
    const isLast = page.next === false || error !== undefined;
    if (isLast) opened.delete(id);
    const nextUri = isLast ? undefined : (page.nextUri ?? `${url}/v1/statement/executing/${id}/y/${answered}`);
    const whole = { id, infoUri: url, nextUri, columns, data, error, stats: { state: "RUNNING" } };
    response.writeHead(200, { "content-type": "application/json" }).end(body ?? JSON.stringify(whole));
  }
  return fake;
}
