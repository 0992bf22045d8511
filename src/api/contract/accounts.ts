// Accounts at Git servers in the API: connected, listed, shared, removed; their tokens go in and never come out.
import { z } from "zod";
import { PROVIDER_KINDS } from "../../domain/provider-kind.ts";
import { type Contract, lineOfText, truth, wholeText } from "./contract.ts";

/** Longest token or password, in characters. */
const MAX_TOKEN = 4_096;
/** Longest login, in characters. */
const MAX_LOGIN = 255;
/** Longest address of a server, in characters. */
const MAX_SERVER = 2_000;
/** Longest text that repositories are searched for, in characters. */
const MAX_SEARCH = 200;
/** Longest cursor, in characters: it is the query of the server's own link to its next page. */
const MAX_LIST_CURSOR = 1_000;

const Kind = z.enum(PROVIDER_KINDS);

/** A right that a token may have, in the server's own word, and what it is wanted for: "to create webhooks". */
const Scope = z.object({ scope: z.string(), purpose: z.string() });

/** An account at a Git server. */
export const Account = z.object({
  id: z.string(),
  kind: Kind,
  /** "GitHub" */
  label: z.string(),
  baseUrl: z.string(),
  login: z.string(),
  name: z.string(),
  /** whether it is the asking person's own */
  own: z.boolean(),
  /** what the person is called whose it is */
  userName: z.string(),
  /** whether the whole team may use it */
  shared: z.boolean(),
  /** `limited`: the server wants to be left alone; `sealed`: the key that its token was sealed with is not here */
  state: z.enum(["active", "limited", "refused", "expired", "sealed"]),
  /** what is wrong with it, in words for people */
  problem: z.string().nullable(),
  /** as the server names them; empty where it does not tell */
  scopes: z.array(z.string()),
  /** what the token may not do and Tidemark would use */
  missing: z.array(Scope),
  /** where tokens are made and changed */
  tokenPage: z.string().nullable(),
  /** what can be asked of this server beside Git */
  offers: z.object({ repositories: z.boolean(), webhooks: z.boolean() }),
  /** repositories that are read with it */
  repositories: z.number().int(),
  /** webhooks that were removed here and are still at its server, and when their removal is tried next; null: none */
  leftWebhooks: z.object({ count: z.number().int(), nextAt: z.string() }).nullable(),
  limitedUntil: z.string().nullable(),
  expiresAt: z.string().nullable(),
  checkedAt: z.string().nullable(),
  createdAt: z.string(),
});
/** An account at a Git server. */
export type Account = z.infer<typeof Account>;

/** A kind of server that an account can be connected at. */
export const ConnectableProvider = z.object({
  kind: Kind,
  label: z.string(),
  /** the server that everybody means by that name; null: an address has to be given */
  publicUrl: z.string().nullable(),
  /** where a token for that server is made */
  tokenPage: z.string().nullable(),
  /** … and behind the address of a server of one's own */
  tokenPath: z.string().nullable(),
  /** what a token should have */
  wanted: z.array(Scope),
  /** whether a login has to be given, and whether one goes with some of its tokens (Bitbucket: your e-mail address) */
  needsLogin: z.boolean(),
  takesLogin: z.boolean(),
});
/** A kind of server that an account can be connected at. */
export type ConnectableProvider = z.infer<typeof ConnectableProvider>;

const AccountParams = z.object({
  account: z
    .string()
    .max(18, { abort: true })
    .regex(/^[1-9][0-9]{0,17}$/, "the id of an account, in digits"),
});

const Token = wholeText(MAX_TOKEN).min(1);

/** The accounts that the caller may use. */
export const listAccounts = {
  method: "GET",
  url: "/api/v1/accounts",
  summary: "Accounts at Git servers: your own, and those that are shared with the team",
  status: 200,
  answer: z.object({ accounts: z.array(Account), providers: z.array(ConnectableProvider) }),
  problems: ["not-signed-in", "not-allowed"],
} as const satisfies Contract;

/** Connects an account, or gives the one that is there another token. */
export const connectAccount = {
  method: "POST",
  url: "/api/v1/accounts",
  summary: "Connect an account by a token, which is tried and stored sealed; the same account again gets a new token",
  body: z.strictObject({
    kind: Kind,
    /**
     * the server's address; left out: the one that everybody means by the kind. Of a plain server better the address of
     * a private repository there: the password is tried at it
     */
    server: lineOfText(MAX_SERVER).optional(),
    /** needed for a plain server and for an API token of Bitbucket (your e-mail address there) */
    login: lineOfText(MAX_LOGIN).optional(),
    /** a token, or the password of a plain server */
    token: Token,
    /** whether the whole team may use it; owners and admins only */
    shared: z.boolean().optional(),
  }),
  status: 201,
  answer: Account,
  problems: [
    "not-signed-in",
    "not-allowed",
    "bad-address",
    "bad-argument",
    "address-not-allowed",
    "host-not-found",
    "remote-unreachable",
    "account-refused",
    "provider-limited",
    "provider-failed",
  ],
} as const satisfies Contract;

/** Changes an account. */
export const changeAccount = {
  method: "PATCH",
  url: "/api/v1/accounts/:account",
  summary: "Share an account with the team, take that back, or give it a new token",
  params: AccountParams,
  body: z.strictObject({ shared: z.boolean().optional(), token: Token.optional() }),
  status: 200,
  answer: Account,
  problems: [
    "not-signed-in",
    "not-allowed",
    "account-not-found",
    "bad-argument",
    "account-refused",
    "provider-limited",
    "provider-failed",
  ],
} as const satisfies Contract;

/** Removes an account. */
export const removeAccount = {
  method: "DELETE",
  url: "/api/v1/accounts/:account",
  summary:
    "Remove an account; repositories that were read with it are followed on by polling, as anybody may read them",
  params: AccountParams,
  query: z.object({
    leaveWebhooks: truth(false).describe("removed though a webhook that it could remove stays at its server"),
  }),
  status: 200,
  /** the names of those repositories */
  answer: z.object({ repositories: z.array(z.string()) }),
  problems: ["not-signed-in", "not-allowed", "account-not-found", "webhook-left"],
} as const satisfies Contract;

/** A repository that an account may read. */
export const AccountRepository = z.object({
  /** the server's own id of it */
  id: z.string(),
  /** owner/name */
  name: z.string(),
  cloneUrl: z.string(),
  webUrl: z.string(),
  defaultBranch: z.string().nullable(),
  visibility: z.enum(["public", "private"]),
  archived: z.boolean(),
  /** what the account may do there; webhooks take `admin` */
  permission: z.enum(["read", "write", "admin"]),
  /** the name under which it is followed already */
  followedAs: z.string().nullable(),
});
/** A repository that an account may read. */
export type AccountRepository = z.infer<typeof AccountRepository>;

/** The repositories of an account. */
export const listAccountRepositories = {
  method: "GET",
  url: "/api/v1/accounts/:account/repositories",
  summary: "The repositories that an account may read, as its server lists them",
  params: AccountParams,
  query: z.object({
    search: lineOfText(MAX_SEARCH).default(""),
    cursor: lineOfText(MAX_LIST_CURSOR).optional(),
  }),
  status: 200,
  answer: z.object({ repositories: z.array(AccountRepository), nextCursor: z.string().nullable() }),
  problems: [
    "not-signed-in",
    "not-allowed",
    "account-not-found",
    "bad-argument",
    "account-refused",
    "scope-missing",
    "provider-limited",
    "provider-failed",
    "secret-not-opened",
  ],
} as const satisfies Contract;
