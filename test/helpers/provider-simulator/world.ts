// What a simulated provider knows: accounts, tokens, repositories with ids that stay, their hooks and what was delivered.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ProviderKind } from "../../../src/providers/provider.ts";
import { makeBare } from "../git-history.ts";
import { refsOf } from "./bare-repository.ts";

export type Permission = "read" | "write" | "admin";

export interface SimulatedAccount {
  readonly id: number;
  readonly uuid: string;
  login: string;
  readonly name: string;
  readonly email: string;
}

export interface SimulatedToken {
  readonly text: string;
  /** null: an access token of Bitbucket, which belongs to nobody */
  readonly account: SimulatedAccount | null;
  /** null: fine-grained, of which GitHub lists nothing */
  scopes: readonly string[] | null;
  /** of a fine-grained token: "webhooks" and "contents" */
  permissions: readonly string[];
  expiresAt: number | null;
  revoked: boolean;
}

/** One attempt to deliver. */
export interface SimulatedDelivery {
  readonly id: number;
  readonly guid: string;
  readonly event: string;
  readonly at: number;
  readonly attempt: number;
  readonly redelivery: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** what the receiver answered; 0: nothing in time */
  status: number;
}

export interface SimulatedHook {
  readonly id: number;
  readonly uuid: string;
  url: string;
  secret: string | null;
  signingToken: string | null;
  events: readonly string[];
  active: boolean;
  contentType: "json" | "form";
  branchFilter: string;
  failuresInARow: number;
  /** when it is used again, after failures; null: it is used */
  disabledUntil: number | null;
  disabledForGood: boolean;
  readonly deliveries: SimulatedDelivery[];
}

export interface SimulatedRepository {
  readonly id: number;
  readonly uuid: string;
  /** `owner/name` */
  name: string;
  /** where it lies; made when it is first asked for, so that a list of hundreds costs nothing */
  readonly folder: string;
  isPrivate: boolean;
  archived: boolean;
  defaultBranch: string;
  updatedAt: number;
  readonly permissions: Map<string, Permission>;
  readonly hooks: SimulatedHook[];
  /** as replicas do: the next reads of Git see an older state */
  lag: { readonly folder: string; reads: number } | null;
}

/** A limit of requests: what is left of it, and when it is filled again (ms). */
export interface SimulatedLimit {
  readonly limit: number;
  remaining: number;
  readonly resetAt: number;
}

/** The state of one provider. Changes that a person makes there are methods of `ProviderSimulator`. */
export class World {
  readonly kind: ProviderKind;
  readonly root: string;
  readonly now: () => number;
  /** `http://127.0.0.1:<port>`; set when it listens */
  origin = "";
  /** whether hooks may lead to private addresses: an administrator's setting in GitLab and Gitea */
  allowsLocalHooks = true;
  /** Forgejo's headers beside Gitea's */
  isForgejo = false;
  /** whether GitLab knows signing tokens (19.0) */
  hasSigningTokens = true;
  limit: SimulatedLimit | null = null;
  /** what becomes of each answer's JSON before it is sent, for tests of who reads it */
  twist: ((body: unknown) => unknown) | null = null;
  readonly accounts: SimulatedAccount[] = [];
  readonly tokens: SimulatedToken[] = [];
  readonly repositories: SimulatedRepository[] = [];
  /** old names and the repository that had each last */
  readonly formerNames = new Map<string, SimulatedRepository>();
  #ids = 1_000;

  constructor(kind: ProviderKind, root: string, now: () => number) {
    this.kind = kind;
    this.root = root;
    this.now = now;
  }

  nextId(): number {
    this.#ids += 1;
    return this.#ids;
  }

  /** The same id gives the same UUID, in braces as Bitbucket writes them. */
  uuidOf(id: number | string): string {
    const hex = createHash("sha256").update(`${this.kind} ${id}`).digest("hex");
    const parts = [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(13, 16)}`,
      `8${hex.slice(17, 20)}`,
      hex.slice(20, 32),
    ];
    return `{${parts.join("-")}}`;
  }

  addRepository(name: string, isPrivate: boolean): SimulatedRepository {
    const id = this.nextId();
    const place = join(this.root, `${id}.git`);
    const repository: SimulatedRepository = {
      id,
      uuid: this.uuidOf(id),
      name,
      get folder() {
        if (!existsSync(place)) makeBare(place);
        return place;
      },
      isPrivate,
      archived: false,
      defaultBranch: "main",
      updatedAt: this.now(),
      permissions: new Map(),
      hooks: [],
      lag: null,
    };
    this.repositories.push(repository);
    this.formerNames.delete(name); // a new one under an old name ends the redirect
    return repository;
  }

  /** @returns whether anything was ever pushed */
  hasCommits(repository: SimulatedRepository): boolean {
    return existsSync(join(this.root, `${repository.id}.git`)) && refsOf(repository.folder).size > 0;
  }

  /** @returns by name of today, in any case of letters */
  named(name: string): SimulatedRepository | null {
    return this.repositories.find((it) => it.name.toLowerCase() === name.toLowerCase()) ?? null;
  }

  withId(id: string): SimulatedRepository | null {
    return this.repositories.find((it) => String(it.id) === id || it.uuid === id) ?? null;
  }

  /** @returns what the account may there; null when it may not even know of it */
  permissionOf(repository: SimulatedRepository, account: SimulatedAccount | null): Permission | null {
    const own = account === null ? undefined : repository.permissions.get(account.login);
    return own ?? (repository.isPrivate ? null : "read");
  }

  /** @returns null for a token that is unknown, revoked or expired */
  token(text: string): SimulatedToken | null {
    const token = this.tokens.find((it) => it.text === text);
    if (token === undefined || token.revoked) return null;
    return token.expiresAt !== null && token.expiresAt <= this.now() ? null : token;
  }

  /** Adds a hook with the id that it gets. */
  addHook(repository: SimulatedRepository, settings: Partial<SimulatedHook> & { readonly url: string }): SimulatedHook {
    const id = this.nextId();
    const hook: SimulatedHook = {
      secret: null,
      signingToken: null,
      events: [],
      active: true,
      contentType: "json",
      branchFilter: "",
      failuresInARow: 0,
      disabledUntil: null,
      disabledForGood: false,
      deliveries: [],
      ...settings,
      id,
      uuid: this.uuidOf(id),
    };
    repository.hooks.push(hook);
    return hook;
  }
}

/** @returns whether `url` leads to this machine or a private network, by its text alone */
export function isLocalAddress(url: string): boolean {
  return /^https?:\/\/(?:127\.|10\.|192\.168\.|localhost|\[::1\])/.test(url);
}
