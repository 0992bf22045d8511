// A server that speaks Athena's JSON protocol over HTTP: executions with states, pages of a thousand rows, refusals.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How an execution goes. */
export interface FakeExecution {
  /** what each look finds; the last one stays */
  readonly states?: readonly string[];
  readonly reason?: string;
  readonly error?: { readonly ErrorCategory: number; readonly ErrorType: number; readonly Retryable: boolean };
  readonly types?: readonly string[];
  readonly rows?: readonly (readonly (string | null)[])[];
  readonly scannedBytes?: number;
  readonly isReused?: boolean;
}

/** A refusal of a call, or an answer that is lost after the work was done. */
export type FakeRefusal = { readonly status: number; readonly type: string } | "lost" | "hang";

/** What was asked of it. */
export interface FakeCall {
  /** StartQueryExecution, … */
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** It runs. */
export interface FakeAthena {
  readonly url: string;
  readonly calls: FakeCall[];
  /** executions to come, in the order of their starts; the last one is for all that follow */
  plan: FakeExecution[];
  /** refusals to come, by call */
  readonly refusals: Map<string, FakeRefusal[]>;
  /** ids of executions that neither ended nor were stopped */
  open(): string[];
  started(): number;
  reset(plan: FakeExecution[]): void;
  close(): Promise<void>;
}

interface Running extends FakeExecution {
  looks: number;
  isStopped: boolean;
}

const PAGE_ROWS = 1_000;

/** Starts one on loopback. */
export async function startFakeAthena(): Promise<FakeAthena> {
  const byToken = new Map<string, string>();
  const running = new Map<string, Running>();
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const fake: FakeAthena = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    plan: [],
    refusals: new Map(),
    open: () => [...running].filter(([, one]) => !one.isStopped && !isOver(stateOf(one))).map(([id]) => id),
    started: () => running.size,
    reset: (plan) => {
      for (const kept of [byToken, running, fake.refusals]) kept.clear();
      fake.calls.length = 0;
      fake.plan = plan;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const piece of request) text += String(piece);
    const name = String(request.headers["x-amz-target"]).replace("AmazonAthena.", "");
    const body = JSON.parse(text) as Record<string, unknown>;
    fake.calls.push({ name, body });
    const refusal = fake.refusals.get(name)?.shift();
    if (refusal === "hang") return;
    const send = (status: number, what: unknown): void =>
      void response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(what));
    if (refusal !== undefined && refusal !== "lost")
      return send(refusal.status, { __type: refusal.type, message: "no" });
    const done = work(name, body);
    if (refusal === "lost") return void response.destroy();
    send(200, done);
  }
  function work(name: string, body: Readonly<Record<string, unknown>>): unknown {
    if (name === "StartQueryExecution") return { QueryExecutionId: start(String(body["ClientRequestToken"])) };
    const id = String(body["QueryExecutionId"]);
    const one = running.get(id);
    if (one === undefined) throw new Error(`no execution ${id}`);
    if (name === "StopQueryExecution") {
      one.isStopped = true;
      return {};
    }
    return name === "GetQueryExecution" ? look(id, one) : results(one, Number(body["NextToken"] ?? 0));
  }
  function start(token: string): string {
    const id = byToken.get(token) ?? `execution-${running.size + 1}`;
    if (!byToken.has(token)) {
      const planned = fake.plan[Math.min(running.size, fake.plan.length - 1)] ?? {};
      running.set(id, { ...planned, looks: 0, isStopped: false });
      byToken.set(token, id);
    }
    return id;
  }
  return fake;
}

function stateOf({ states = ["SUCCEEDED"], looks }: Running): string {
  return states[Math.min(Math.max(looks - 1, 0), states.length - 1)] ?? "";
}

function isOver(state: string): boolean {
  return ["SUCCEEDED", "FAILED", "CANCELLED"].includes(state);
}

function look(id: string, one: Running): unknown {
  one.looks += 1;
  const { reason, error, scannedBytes = 0, isReused = false } = one;
  return {
    QueryExecution: {
      QueryExecutionId: id,
      Status: { State: stateOf(one), StateChangeReason: reason, AthenaError: error },
      Statistics: { DataScannedInBytes: scannedBytes, ResultReuseInformation: { ReusedPreviousResult: isReused } },
    },
  };
}

/** The header is the first row of the first page and counts among its thousand. */
function results({ types = ["bigint"], rows = [] }: Running, from: number): unknown {
  const all = [types.map((_, place) => `_col${place}`), ...rows];
  const page = all.slice(from, from + PAGE_ROWS);
  const next = from + PAGE_ROWS;
  return {
    ResultSet: {
      Rows: page.map((row) => ({ Data: row.map((cell) => (cell === null ? {} : { VarCharValue: cell })) })),
      ResultSetMetadata: { ColumnInfo: types.map((type, place) => ({ Name: `_col${place}`, Type: type })) },
    },
    ...(next < all.length && { NextToken: String(next) }),
  };
}
