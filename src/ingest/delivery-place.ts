// Which of our repositories a delivery is about: by the provider's own number on that server, else by its address.
import type { RepositoryId } from "../domain/model.ts";
import type { WebhookKind } from "../domain/webhook-kind.ts";
import type { RepositoryIdentity } from "../providers/webhook-source.ts";
import type { RepositoryPlace } from "../store/delivery-route.ts";

interface Address {
  /** with the port, where it is no usual one */
  readonly host: string;
  /** without `.git` and slashes at its ends */
  readonly path: string;
}

/** @returns the parts of a URL or of `user@host:path`; null for anything else */
function addressOf(text: string): Address | null {
  const scp = /^(?:[^@\s/:]+@)?([\w.-]+):(?!\/\/)(.+)$/.exec(text);
  if (scp !== null && !/^\w+:\/\//.test(text)) return { host: (scp[1] ?? "").toLowerCase(), path: bare(scp[2] ?? "") };
  if (!URL.canParse(text)) return text.startsWith("/") ? { host: "", path: bare(text) } : null;
  const url = new URL(text);
  // Git's port over SSH says nothing of the one of its pages
  const host = url.protocol === "ssh:" ? url.hostname : url.host;
  return { host: host.toLowerCase(), path: bare(decoded(url.pathname)) };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function bare(path: string): string {
  // by hand: an expression for the slashes at the end would be gone over from each of a long row of them
  let [begin, end] = [0, path.length];
  while (path[begin] === "/") begin += 1;
  while (end > begin && path[end - 1] === "/") end -= 1;
  return path.slice(begin, end).replace(/\.git$/, "");
}

/**
 * The servers that addresses are of: with their ports where there is one of the web, else, as Git's port over SSH says
 * nothing of that, by their names alone.
 */
function serversOf(urls: readonly string[]): {
  readonly hosts: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
} {
  const hosts = new Set(urls.flatMap((url) => (/^https?:/i.test(url) ? (addressOf(url)?.host ?? []) : [])));
  const names = new Set(urls.flatMap((url) => addressOf(url)?.host.replace(/:\d+$/, "") ?? []));
  return { hosts, names };
}

function haveOne(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  return [...some].some((each) => others.has(each));
}

/** Looks repositories up by what deliveries say of them. */
export class PlaceIndex {
  readonly #places: readonly RepositoryPlace[];
  readonly #byAddress = new Map<string, RepositoryPlace>();

  constructor(places: readonly RepositoryPlace[]) {
    this.#places = places;
    for (const place of places) {
      for (const url of [place.address, place.webUrl ?? place.address]) {
        for (const key of keysOf(url)) if (!this.#byAddress.has(key)) this.#byAddress.set(key, place);
      }
    }
  }

  /**
   * @param kind of the webhook: providers number their repositories each for itself
   * @returns null when none of ours is meant, also when there is one under that name whose number is another: it was
   *   made anew, and is another repository
   */
  find(kind: WebhookKind, identity: RepositoryIdentity): RepositoryId | null {
    return this.findByNumber(kind, identity) ?? this.#byName(kind, identity)?.id ?? null;
  }

  /** As `find()`, by the provider's own number alone: for that no more places are needed than those of this number. */
  findByNumber(kind: WebhookKind, identity: RepositoryIdentity): RepositoryId | null {
    return this.#byNumber(kind, identity)?.id ?? null;
  }

  #byNumber(kind: WebhookKind, { id, urls }: RepositoryIdentity): RepositoryPlace | undefined {
    if (id === null) return undefined;
    const numbered = this.#places.filter((place) => place.provider === kind && place.providerId === id);
    // servers of one kind have the same small numbers: where none is named, it has to be clear which one is meant
    if (urls.length === 0) return numbered.length === 1 ? numbered[0] : undefined;
    const named = serversOf(urls);
    return numbered.find((place) => {
      const own = serversOf([place.address, place.webUrl ?? place.address]);
      const byPort = named.hosts.size > 0 && own.hosts.size > 0;
      return byPort ? haveOne(named.hosts, own.hosts) : haveOne(named.names, own.names);
    });
  }

  #byName(kind: WebhookKind, { id, name, urls }: RepositoryIdentity): RepositoryPlace | undefined {
    const isPossible = (place: RepositoryPlace): boolean =>
      id === null || place.providerId === null || place.provider !== kind || place.providerId === id;
    const found = urls.flatMap(keysOf).map((key) => this.#byAddress.get(key));
    const byAddress = found.find((place) => place !== undefined && isPossible(place));
    if (byAddress !== undefined || urls.length > 0 || name === null) return byAddress;
    // a sender that says a name and no address: it has to be clear which one is meant
    const wanted = name.toLowerCase();
    const named = this.#places.filter(
      (place) =>
        isPossible(place) && (place.providerName ?? addressOf(place.address)?.path ?? "").toLowerCase() === wanted,
    );
    return named.length === 1 ? named[0] : undefined;
  }
}

/** What an address is looked up by: exactly first, then in small letters, as most providers take it. */
function keysOf(url: string): string[] {
  const address = addressOf(url);
  if (address === null || address.path === "") return [];
  const key = `${address.host}/${address.path}`;
  return [...new Set([key, key.toLowerCase()])];
}
