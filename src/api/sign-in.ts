// Sessions by better-auth's core over our own tables: no route of its own is served, we call it from ours.
import { drizzleAdapter } from "@better-auth/drizzle-adapter/relations-v2";
import { createAuthEndpoint } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { betterAuth } from "better-auth/minimal";
import { z } from "zod";
import type { Log } from "../log.ts";
import type { Secret } from "../secrets.ts";
import type { Database } from "../store/database.ts";
import { account, session, user, verification } from "../store/schema-people.ts";

/** A session ends when it was not used for this long. */
const IDLE_SECONDS = 7 * 24 * 3_600;
/** And after this long, used or not: better-auth only rolls (ASVS 7.3.2). */
const ABSOLUTE_MS = 30 * 24 * 3_600_000;
/** Using a session moves its end at most this often. */
const ROLL_SECONDS = 24 * 3_600;
/** Carries the peer's address, which we have checked, to better-auth; no header of the client's does. */
const CLIENT_HEADER = "x-tidemark-client";

/** better-auth's own routes are not served; a second fence, should one ever be. */
const DISABLED_PATHS = [
  "/sign-up/email",
  "/update-user",
  "/delete-user",
  "/get-access-token",
  "/refresh-token",
  "/account-info",
  "/error",
  "/ok",
];

/** A live session and whose it is. */
export interface SignedIn {
  readonly userId: string;
  readonly userName: string;
  /** values of `set-cookie` for the answer: an address rolled its session on */
  readonly cookies: readonly string[];
}

/** What signing in needs to know of this installation. */
export interface SignInSettings {
  /** the one origin that people use */
  readonly origin: string;
  /** signs cookies; never better-auth's own default */
  readonly secret: Secret;
  readonly log: Log;
  /** whether it only reads: of a replica, while the primary is down */
  readonly readsOnly?: boolean;
}

/** Where a request comes from, as better-auth is told. */
export interface Client {
  readonly cookie: string;
  readonly address: string;
  readonly agent: string;
}

/** Sessions of people. */
export interface SignIn {
  readonly cookieName: string;
  /** @returns the session that a cookie stands for, or null */
  sessionOf(client: Client): Promise<SignedIn | null>;
  /** Begins a session. @returns the person, and the cookie to send */
  begin(userId: string, client: Client): Promise<SignedIn | null>;
  /** Ends the session of a cookie. @returns the cookies to send */
  end(client: Client): Promise<readonly string[]>;
}

/** Over https `__Host-`; elsewhere the port is in the name, since cookies ignore ports. */
function cookiePrefix(origin: string): string {
  const { protocol, port } = new URL(origin);
  return protocol === "https:" ? "__Host-tidemark" : `tidemark-${port === "" ? "80" : port}`;
}

/** Begins a session for a person whom something else has proven: called from our own code only. */
const ownerSession = createAuthEndpoint(
  "/owner-session",
  { method: "POST", body: z.strictObject({ userId: z.string() }), metadata: { SERVER_ONLY: true } },
  async (context) => {
    const { internalAdapter } = context.context;
    const person = await internalAdapter.findUserById(context.body.userId);
    if (person === null) return null;
    const begun = await internalAdapter.createSession(person.id);
    await setSessionCookie(context, { session: begun, user: person });
    return { id: person.id, name: person.name };
  },
);

function headersOf({ cookie, address, agent }: Client): Headers {
  return new Headers({ cookie, [CLIENT_HEADER]: address, "user-agent": agent });
}

/** Opens sign-in over the four tables of people. */
export async function openSignIn(database: Pick<Database, "signIn">, settings: SignInSettings): Promise<SignIn> {
  const { origin, secret, log, readsOnly = false } = settings;
  const prefix = cookiePrefix(origin);
  const auth = betterAuth({
    appName: "Tidemark",
    baseURL: origin,
    trustedOrigins: [origin],
    secret: secret.reveal(),
    database: drizzleAdapter(await database.signIn(), {
      provider: "pg",
      schema: { user, session, account, verification },
    }),
    emailAndPassword: { enabled: false },
    account: { accountLinking: { enabled: false } },
    session: {
      expiresIn: IDLE_SECONDS,
      updateAge: ROLL_SECONDS,
      disableSessionRefresh: readsOnly,
      cookieCache: { enabled: false },
    },
    rateLimit: { enabled: true, storage: "memory" },
    telemetry: { enabled: false },
    disabledPaths: DISABLED_PATHS,
    advanced: {
      useSecureCookies: false, // would add a second prefix; `secure` is set below
      cookiePrefix: prefix,
      defaultCookieAttributes: { secure: origin.startsWith("https:"), httpOnly: true, sameSite: "lax", path: "/" },
      ipAddress: { ipAddressHeaders: [CLIENT_HEADER] },
    },
    logger: { log: (level, message) => log[level === "error" ? "error" : "debug"]({ source: "sign-in" }, message) },
    plugins: [{ id: "owner-link", endpoints: { ownerSession } }],
  });
  return {
    cookieName: `${prefix}.session_token`,
    sessionOf: async (client) => {
      const { headers, response } = await auth.api.getSession({ headers: headersOf(client), returnHeaders: true });
      if (response === null) return null;
      if (Date.now() - response.session.createdAt.getTime() > ABSOLUTE_MS) return null;
      return { userId: response.user.id, userName: response.user.name, cookies: headers.getSetCookie() };
    },
    begin: async (userId, client) => {
      const call = { body: { userId }, headers: headersOf(client), returnHeaders: true } as const;
      const { headers, response } = await auth.api.ownerSession(call);
      if (response === null) return null;
      return { userId: response.id, userName: response.name, cookies: headers.getSetCookie() };
    },
    end: async (client) => {
      const { headers } = await auth.api.signOut({ headers: headersOf(client), returnHeaders: true });
      return headers.getSetCookie();
    },
  };
}
