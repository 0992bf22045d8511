// A route: a contract, who may use it, and one call that answers. Everything else around it is the same for all.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { OrganizationId } from "../domain/model.ts";
import type { Access, Caller, Callers } from "./caller.ts";
import type { Contract } from "./contract/contract.ts";
import { etagOf, matchesTag } from "./etag.ts";
import { NOT_KEPT, REVALIDATED } from "./headers.ts";
import type { RateGroup } from "./rate-limits.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** who asks; null until a route has asked for it, and for those that anyone may use */
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    group?: RateGroup;
    access?: Access;
    contract?: Contract;
  }
}

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type Field<C extends Contract, Name extends keyof Contract> =
  C extends Record<Name, unknown> ? Parsed<C[Name]> : undefined;

/** What an answering function is given. */
export interface Asked<C extends Contract, A extends Access> {
  readonly caller: A extends "anyone" ? null : Caller;
  readonly params: Field<C, "params">;
  readonly query: Field<C, "query">;
  readonly body: Field<C, "body">;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** An answer that is JSON text already. */
export class AnswerText {
  readonly text: string | Buffer;

  constructor(text: string | Buffer) {
    this.text = text;
  }
}

/** Says that the function has answered through `reply` itself. */
export const ANSWERED = Symbol("answered");

/** What a contract's schema takes, with lists and objects that nobody writes to. */
type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Name in keyof T]: Frozen<T[Name]> }
    : T;

type Answer<C extends Contract> =
  | (C["answer"] extends z.ZodType ? Frozen<z.input<C["answer"]>> | AnswerText : undefined)
  | typeof ANSWERED;

/** A route, ready to be added. */
export interface Route {
  readonly contract: Contract;
  readonly access: Access;
  readonly group: RateGroup;
  readonly answer: (asked: Asked<Contract, Access>) => Promise<unknown>;
}

/**
 * Binds a contract to what answers it.
 * @param access who may use it
 * @param group which counter it goes to, where its method does not say
 */
export function route<C extends Contract, A extends Access>(
  contract: C,
  access: A,
  answer: (asked: Asked<C, A>) => Promise<Answer<C>>,
  group?: RateGroup,
): Route {
  const counter = group ?? (contract.method === "GET" ? "reads" : "writes");
  return { contract, access, group: counter, answer };
}

/**
 * Answers 304 when the browser has this answer, which is asked after authorisation only.
 * @param etag of `etagOf()`, or a strong one
 * @returns whether it was answered
 */
export function notModified(request: FastifyRequest, reply: FastifyReply, etag: string): boolean {
  reply.header("etag", etag).header("cache-control", REVALIDATED).header("vary", "cookie, authorization");
  if (!matchesTag(request.headers["if-none-match"], etag)) return false;
  void reply.code(304).send();
  return true;
}

/** Sends an answer with a name made from its text, or 304. */
function sendText(request: FastifyRequest, reply: FastifyReply, text: string | Buffer, status: number): FastifyReply {
  reply.code(status).header("content-type", "application/json; charset=utf-8");
  const safe = request.method === "GET" || request.method === "HEAD";
  if (!safe || reply.getHeader("cache-control") === NOT_KEPT) {
    return reply.header("cache-control", NOT_KEPT).send(text);
  }
  if (!reply.hasHeader("etag") && notModified(request, reply, etagOf(request.caller?.organizationId, String(text))))
    return reply;
  return reply.send(text);
}

/** Of a route that takes no query parameter. One that a route does not have is refused, as a field of a body is. */
const NO_QUERY = z.object({});

/** @returns whether the answer is a file's bytes */
export function isFile(contract: Contract): boolean {
  return contract.url.endsWith("/*") || contract.url.endsWith("/body");
}

/**
 * Adds routes: session first, then what was asked, then the answer.
 * @param changed called when a request may have changed a repository, before it is answered
 */
export function addRoutes(
  app: FastifyInstance,
  routes: readonly Route[],
  callers: Callers,
  changed: (organizationId: OrganizationId, nameOrId: string) => void,
): void {
  for (const { contract, access, group, answer } of routes) {
    const { method, url, params, query, body, status } = contract;
    app.route({
      method,
      url,
      config: { access, group, contract },
      // a stream is not opened only to be closed
      exposeHeadRoute: !contract.url.endsWith("/stream"),
      schema: {
        ...(params === undefined ? {} : { params }),
        querystring: (query ?? NO_QUERY).strict(),
        ...(body === undefined ? {} : { body }),
      },
      onRequest: [
        async (request, reply) => {
          if (access !== "anyone") request.caller = await callers.authorise(request, reply, access);
        },
      ],
      handler: async (request, reply) => {
        const asked = { caller: request.caller, params: request.params, query: request.query, body: request.body };
        const found = await answer({ ...asked, request, reply } as Asked<Contract, Access>);
        const { repository } = (request.params ?? {}) as { readonly repository?: string };
        if (method !== "GET" && request.caller !== null && repository !== undefined)
          changed(request.caller.organizationId, repository);
        if (found === ANSWERED) return reply;
        if (found === undefined) return reply.code(status).header("cache-control", NOT_KEPT).send();
        return sendText(request, reply, found instanceof AnswerText ? found.text : JSON.stringify(found), status);
      },
    });
  }
}
