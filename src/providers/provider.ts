// The port to Git providers: what we ask of one besides Git. What a provider cannot do is null, and the page says so.
import type { ProviderKind } from "../domain/provider-kind.ts";
import type { EgressAllowance } from "../outbound.ts";
import type { Secret } from "../secrets.ts";

export type { ProviderKind } from "../domain/provider-kind.ts";

/** An account at one server of a kind: where, who, and the token that proves it. */
export interface ProviderAccess {
  readonly kind: ProviderKind;
  /** where people open it: `https://github.com`, `https://git.example.org/gitea`; no slash at the end */
  readonly baseUrl: string;
  /** who the token belongs to, as `AccountFacts.login` gave it; empty before the first check where nobody typed one */
  readonly login: string;
  readonly token: Secret;
}

/** Where a question may go, and what ends it. */
export interface ProviderCall {
  readonly allow: EgressAllowance;
  readonly signal?: AbortSignal;
  /** milliseconds since 1970 */
  readonly now: () => number;
  /** waits so many ms between questions; for tests, default: by the system's clock */
  readonly pause?: (ms: number) => Promise<void>;
}

/** What was sent again. */
export interface Redelivered {
  readonly sent: number;
  /** when the first of those failed that are still to be sent, in ms since 1970; null: there are no more */
  readonly leftFrom: number | null;
}

/** A right that a token may have, in the provider's own word, and what it is wanted for. */
export interface WantedScope {
  readonly scope: string;
  /** how it reads behind "is needed": "to create webhooks" */
  readonly purpose: string;
}

/** What a token says of its account. */
export interface AccountFacts {
  /** what is stored as the account's login; at Bitbucket the e-mail address that goes with an API token */
  readonly login: string;
  /** the provider's own id of the account: what stays when the login changes */
  readonly subject: string;
  /** the name for people; the login where there is none */
  readonly name: string;
  /** what the token may, in the provider's words; null where the provider does not tell */
  readonly scopes: readonly string[] | null;
  /** what is wanted and known to be missing */
  readonly missing: readonly WantedScope[];
  /** when the token ends, in ms since 1970; null: never, or the provider does not tell */
  readonly expiresAt: number | null;
}

/** A repository as the provider describes it. */
export interface ProviderRepository {
  /** what stays when it is renamed or moved; another one under the same name has another */
  readonly id: string;
  /** `owner/name`; at GitLab as many groups as it is in */
  readonly name: string;
  /** for Git over HTTPS, without a login in it. As untrusted as one typed in. */
  readonly cloneUrl: string;
  readonly webUrl: string;
  /** null in an empty repository */
  readonly defaultBranch: string | null;
  readonly visibility: "public" | "private";
  readonly archived: boolean;
  /** what the account may do there; webhooks take "admin". Without an account: "read" */
  readonly permission: "read" | "write" | "admin";
}

/** Which repository is meant: its id decides, the name is for providers whose addresses have only that. */
export type RepositoryPlace = Pick<ProviderRepository, "id" | "name">;

/** Some of an account's repositories. */
export interface RepositoryPage {
  readonly repositories: readonly ProviderRepository[];
  /** what asks for those that follow, at most MAX_CURSOR characters; null after the last */
  readonly next: string | null;
}

/** Longest cursor, in characters: it is the query of the provider's own link to its next page. */
export const MAX_CURSOR = 1_000;

/** A webhook as the provider has it. */
export interface ProviderHook {
  readonly id: string;
  readonly url: string;
  /** whether it is as we would set it: address, events, form, switched on. If not, `update()` mends it. */
  readonly complete: boolean;
  /** what the provider says is wrong with it, in words for people; null: nothing */
  readonly problem: string | null;
}

/** What a webhook is set to. */
export interface HookSettings {
  /** the whole address, ours, ending in the hook's id */
  readonly url: string;
  readonly secret: Secret;
}

/** Webhooks of one repository. All throw `scope-missing` where the account may not. */
export interface ProviderWebhooks {
  /** what is subscribed to, in the provider's words */
  readonly events: readonly string[];
  /** @returns the one with that id, or without an id the one with that address; null when there is none */
  find(
    call: ProviderCall,
    access: ProviderAccess,
    at: RepositoryPlace,
    hook: { readonly id: string | null; readonly url: string },
  ): Promise<ProviderHook | null>;
  create(
    call: ProviderCall,
    access: ProviderAccess,
    at: RepositoryPlace,
    settings: HookSettings,
  ): Promise<ProviderHook>;
  /** Sets everything anew. @returns null when it is gone */
  update(
    call: ProviderCall,
    access: ProviderAccess,
    at: RepositoryPlace,
    id: string,
    settings: HookSettings,
  ): Promise<ProviderHook | null>;
  /** Removes it; one that is gone already, or a repository that is, is no error. */
  remove(call: ProviderCall, access: ProviderAccess, at: RepositoryPlace, id: string): Promise<void>;
}

/** How the subject of a token begins that belongs to no person: what follows is its fingerprint. */
export const OF_NOBODY = "access-token:";

/** What a repository tells of a password: `open`: anybody may read it; `nothing`: it is not there, or not to this login. */
export type PasswordTrial = "taken" | "open" | "nothing";

/** What became of a conditional look at a repository's branches and tags. */
export type RefsLook =
  | { readonly kind: "same" }
  | { readonly kind: "changed"; readonly etag: string }
  /** the provider cannot say: ask Git */
  | { readonly kind: "unknown" };

/**
 * A kind of Git provider. Errors of every question, beside those of `outbound`: `account-refused` (the token is not
 * taken), `scope-missing` (it may not do this), `provider-limited` (with `retryAt`), `provider-failed` (no answer of its
 * API). What is not there is null.
 */
export interface Provider {
  readonly kind: ProviderKind;
  readonly label: string;
  /** the server everybody means by that name; null where each has an address of its own */
  readonly publicUrl: string | null;
  /** what a token should have */
  readonly wanted: readonly WantedScope[];
  /** what its other kinds of token call such rights, if it has any */
  readonly wantedOfOthers?: readonly WantedScope[];
  /** @returns the user name that goes with the token in Git over HTTPS */
  gitLogin(login: string): string;
  readonly accounts: { check(call: ProviderCall, access: ProviderAccess): Promise<AccountFacts> } | null;
  /** tries a password at the address of a repository, where nothing else can be asked of a server */
  readonly trial: ((call: ProviderCall, access: ProviderAccess, address: string) => Promise<PasswordTrial>) | null;
  readonly repositories: {
    /** @param ask `search` "" for all; `cursor` null for the first page, else the `next` of a page (untrusted) */
    list(
      call: ProviderCall,
      access: ProviderAccess,
      ask: { readonly search: string; readonly cursor: string | null },
    ): Promise<RepositoryPage>;
    /** @returns null when there is none, or none that this account (nobody, with null: then `baseUrl` says where) may see */
    find(
      call: ProviderCall,
      access: ProviderAccess | Pick<ProviderAccess, "kind" | "baseUrl">,
      which: { readonly id: string } | { readonly name: string },
    ): Promise<ProviderRepository | null>;
  } | null;
  readonly webhooks: ProviderWebhooks | null;
  /** has deliveries of the hook that failed since then (ms since 1970) sent again, the oldest first */
  readonly deliveries: {
    redeliverFailed(
      call: ProviderCall,
      access: ProviderAccess,
      at: RepositoryPlace,
      hookId: string,
      since: number,
    ): Promise<Redelivered>;
  } | null;
  /** a look that costs nothing while nothing has changed; `etag` is the one of the last look */
  readonly refs: {
    ask(call: ProviderCall, access: ProviderAccess, at: RepositoryPlace, etag: string | null): Promise<RefsLook>;
  } | null;
  /** Where and how a person makes the webhook when we may not. `name` is `owner/name`. */
  hookSteps(at: { readonly baseUrl: string; readonly name: string }): HookSteps;
  /**
   * @param login of an account that is there: where a token for it is made
   * @returns the page where a token is made or its rights are changed; null where nobody knows
   */
  tokenPage(baseUrl: string, login?: string): string | null;
}

/** How a webhook is made by hand. */
export interface HookSteps {
  /** the provider's page, null where each server has its own way */
  readonly page: string | null;
  /** in order, in the words that stand on that page; the address and the secret are shown beside */
  readonly steps: readonly string[];
}
