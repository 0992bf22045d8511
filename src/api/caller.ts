// Who asks, and what she may: the one place beside a worker's lease that says which organisation a request is for.
import type { FastifyReply, FastifyRequest } from "fastify";
import type { OrganizationId } from "../domain/model.ts";
import { TidemarkError } from "../errors.ts";
import type { Database, SystemReader } from "../store/database.ts";
import type { Replica } from "../store/replica.ts";
import { membershipOf, type Role } from "../store/sign-in.ts";
import type { Client, SignIn } from "./sign-in.ts";

/** Who asks. */
export interface Caller {
  readonly organizationId: OrganizationId;
  readonly organizationName: string;
  readonly userId: string;
  readonly userName: string;
  readonly role: Role;
  /** the session's cookie: names it where sessions are counted */
  readonly cookie: string;
}

/** What a route lets its caller do; "anyone" needs no session. */
export type Access =
  | "anyone"
  | "read"
  | "sync"
  | "choose-files"
  | "choose-columns"
  | "add-repository"
  | "use-accounts"
  | "change-settings"
  | "read-bodies"
  | "retry-event"
  | "remove-repository";

const EVERYBODY: readonly Role[] = ["owner", "admin", "member", "viewer"];
const ADMINS: readonly Role[] = ["owner", "admin"];
const MEMBERS: readonly Role[] = ["owner", "admin", "member"];

/** Source: reference/web-security.md 4.2. */
const ROLES: Readonly<Record<Exclude<Access, "anyone">, readonly Role[]>> = {
  read: EVERYBODY,
  sync: MEMBERS,
  "choose-files": MEMBERS,
  "choose-columns": MEMBERS,
  "add-repository": MEMBERS,
  // whose account it is decides further: workspace/account-person.ts
  "use-accounts": MEMBERS,
  "change-settings": ADMINS,
  "read-bodies": ADMINS,
  "retry-event": ADMINS,
  "remove-repository": ADMINS,
};

/** A session is looked up again after this: how long a revoked one may live on in another process. */
const CALLER_MS = 5_000;
/** Callers that are remembered; the oldest leaves first. */
const MAX_CALLERS = 10_000;

/** Says who asks. */
export interface Callers {
  /** @throws TidemarkError `not-signed-in`, `not-allowed` */
  authorise(request: FastifyRequest, reply: FastifyReply, access: Exclude<Access, "anyone">): Promise<Caller>;
  /** Looks the session up without memory. @returns whether it still stands for the same person and team */
  stillValid(caller: Caller, client: Client): Promise<boolean>;
  /** Forgets a session that has ended. */
  forget(cookie: string): void;
}

/** @returns the value of one cookie of the request, or null */
export function cookieOf(request: FastifyRequest, name: string): string | null {
  const header = request.headers.cookie;
  if (header === undefined) return null;
  for (const part of header.split(";")) {
    const equals = part.indexOf("=");
    if (equals > 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
  }
  return null;
}

/** @returns the request as sign-in is told of it: its one cookie and its peer, none of its other headers */
export function clientOf(request: FastifyRequest, cookieName: string): Client {
  const cookie = cookieOf(request, cookieName);
  return {
    cookie: cookie === null ? "" : `${cookieName}=${cookie}`,
    address: request.ip,
    agent: request.headers["user-agent"]?.slice(0, 200) ?? "",
  };
}

function notSignedIn(): TidemarkError {
  return new TidemarkError("not-signed-in", {
    attempt: "answer",
    value: "the request",
    found: "no session",
    wanted: "the link that the server printed at its start, or a new one by `tidemark owner-link`",
  });
}

function notAllowed(access: string, role: Role, roles: readonly Role[]): TidemarkError {
  const parts = { attempt: "allow", value: access, found: `the role ${role}`, wanted: `one of ${roles.join(", ")}` };
  return new TidemarkError("not-allowed", parts);
}

/**
 * Makes what says who asks.
 * @param signIn is asked once the server's address is known
 * @param standIn sign-in over a replica, which knows the sessions of a moment ago
 */
export function createCallers(
  database: Pick<Database, "people" | "replicas">,
  signIn: () => Promise<SignIn>,
  standIn: (replica: Replica) => Promise<SignIn>,
): Callers {
  const known = new Map<string, { readonly caller: Caller; readonly until: number }>();

  const lookUp = async (client: Client, cookie: string, reply: FastifyReply | null): Promise<Caller | null> => {
    const ask = async (sessions: SignIn, people: SystemReader): Promise<Caller | null> => {
      const session = await sessions.sessionOf(client);
      if (session === null) return null;
      const membership = await membershipOf(people, session.userId);
      if (membership === null) return null;
      if (session.cookies.length > 0) reply?.header("set-cookie", [...session.cookies]);
      return { ...membership, userId: session.userId, userName: session.userName, cookie };
    };
    return database.replicas.besides(
      async () => ask(await signIn(), database.people),
      async (replica) => ask(await standIn(replica), replica.people),
    );
  };

  return {
    authorise: async (request, reply, access) => {
      const { cookieName } = await signIn();
      const cookie = cookieOf(request, cookieName);
      if (cookie === null) throw notSignedIn();
      const kept = known.get(cookie);
      let caller = kept !== undefined && kept.until > performance.now() ? kept.caller : null;
      if (caller === null) {
        known.delete(cookie);
        caller = await lookUp(clientOf(request, cookieName), cookie, reply);
        if (caller === null) throw notSignedIn();
        if (known.size >= MAX_CALLERS) known.delete(known.keys().next().value ?? "");
        known.set(cookie, { caller, until: performance.now() + CALLER_MS });
      }
      // also of a request that is refused: the log says whose it was
      request.caller = caller;
      const roles = ROLES[access];
      if (!roles.includes(caller.role)) throw notAllowed(access, caller.role, roles);
      return caller;
    },
    stillValid: async (caller, client) => {
      const now = await lookUp(client, caller.cookie, null);
      return now?.userId === caller.userId && now.organizationId === caller.organizationId;
    },
    forget: (cookie) => {
      known.delete(cookie);
    },
  };
}
