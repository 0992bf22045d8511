// A client of the API, typed by the contracts: for browsers and Node alike, with the fetch that it is given.
import type { z } from "zod";
import { type Contract, Problem } from "./contract/contract.ts";

/** What a client needs. */
export interface ClientOptions {
  /** the server's origin; "" for the page's own */
  readonly baseUrl: string;
  readonly fetch: typeof globalThis.fetch;
}

type Input<C extends Contract, Name extends keyof Contract> =
  C extends Record<Name, infer Schema> ? (Schema extends z.ZodType ? z.input<Schema> : undefined) : undefined;

/** What a call needs to say: what its contract asks for. */
export type Call<C extends Contract> = {
  readonly [Name in "params" | "query" | "body" as Input<C, Name> extends undefined ? never : Name]: Input<C, Name>;
};

/** What a call gives. */
export type CallAnswer<C extends Contract> = C["answer"] extends z.ZodType ? z.output<C["answer"]> : null;

/** A request that was answered with a problem. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = "ProblemError";
    this.problem = problem;
  }
}

/** Calls routes by their contracts. */
export interface Client {
  /** @throws ProblemError; TypeError when the server cannot be reached */
  call<C extends Contract>(contract: C, call: Call<C>): Promise<CallAnswer<C>>;
}

type Scalar = string | number | boolean;

/** @returns the path of a route: each parameter one encoded segment, a wildcard as many as it has */
export function pathOf(url: string, params: Readonly<Record<string, Scalar>>): string {
  const path = url.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
  return path.replace(
    "*",
    String(params["*"] ?? "")
      .split("/")
      .map(encodeURIComponent)
      .join("/"),
  );
}

function queryOf(query: Readonly<Record<string, Scalar | readonly Scalar[] | undefined>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? (value as readonly Scalar[]) : [value as Scalar])
      search.append(name, String(item));
  }
  return search.size === 0 ? "" : `?${search.toString()}`;
}

async function problemOf(answer: Response): Promise<Problem> {
  const parsed = Problem.safeParse(await answer.json().catch(() => null));
  if (parsed.success) return parsed.data;
  const detail = `Cannot read the answer: found status ${answer.status} without problem details, wanted an answer of Tidemark.`;
  return {
    type: "about:blank",
    title: "No answer of Tidemark",
    status: answer.status,
    code: "internal",
    detail,
    instance: "",
  };
}

/** Makes a client. Answers are not checked against their schemas: the server's tests do that. */
export function createClient({ baseUrl, fetch }: ClientOptions): Client {
  return {
    call: async (contract, call) => {
      const { params = {}, query = {}, body } = call as { params?: object; query?: object; body?: unknown };
      const url = `${baseUrl}${pathOf(contract.url, params as Record<string, Scalar>)}${queryOf(query as Record<string, Scalar>)}`;
      const unsafe = contract.method !== "GET";
      const answer = await fetch(url, {
        method: contract.method,
        headers: { accept: "application/json", ...(unsafe ? { "content-type": "application/json" } : {}) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!answer.ok) throw new ProblemError(await problemOf(answer));
      const found: unknown = contract.answer === null ? null : await answer.json();
      return found as CallAnswer<typeof contract>;
    },
  };
}
