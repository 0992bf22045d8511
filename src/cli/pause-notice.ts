// What a command says that waits because the server of a repository, or the account that reads it, was asked to wait.
import { PROVIDER_LABELS } from "../domain/provider-kind.ts";
import type { RepositoryId } from "../domain/model.ts";
import type { OrganizationStore } from "../store/database.ts";
import { readStoredHealth, type StoredHealth } from "../store/repository-health.ts";

/** How often it is looked whether there is a pause, in ms: people wait for much longer then. */
const LOOK_MS = 1_000;

/** Looks for pauses, and tells of each once. */
export class PauseNotice {
  readonly #store: OrganizationStore;
  readonly #repository: RepositoryId;
  #told = "";
  #lookAt = Number.NEGATIVE_INFINITY;

  constructor(store: OrganizationStore, repository: RepositoryId) {
    this.#store = store;
    this.#repository = repository;
  }

  /**
   * @param now ms since 1970
   * @returns who asked to wait and until when, in a sentence; null: nobody, or it is told already
   */
  async look(now: number): Promise<string | null> {
    if (performance.now() < this.#lookAt) return null;
    this.#lookAt = performance.now() + LOOK_MS;
    const stored = await readStoredHealth(this.#store, this.#repository);
    const words = stored === null ? null : pauseWords(stored, now);
    if (words === null || words === this.#told) return null;
    this.#told = words;
    return words;
  }
}

/** A server that does not answer is not meant: it is tried again soon, and then says what is wrong. */
function pauseWords({ account, accountUntil, host, hostUntil, hostAsked }: StoredHealth, now: number): string | null {
  const ofAccount = account === null ? 0 : (accountUntil?.getTime() ?? 0);
  const ofHost = hostAsked ? (hostUntil?.getTime() ?? 0) : 0;
  const until = Math.max(ofAccount, ofHost);
  if (until <= now) return null;
  if (account === null || ofHost > ofAccount) return `${host ?? "its server"} asked to wait until ${clock(until, now)}`;
  const server = account.kind === "plain" ? (host ?? PROVIDER_LABELS.plain) : PROVIDER_LABELS[account.kind];
  return `${server} asked the account ${account.login || account.name} to wait until ${clock(until, now)}`;
}

/** @returns "14:05:10 UTC", with its day where that is another one */
function clock(time: number, now: number): string {
  const [day, clockTime = ""] = new Date(time).toISOString().split("T");
  const isToday = new Date(now).toISOString().startsWith(day ?? "");
  return `${isToday ? "" : `${day} `}${clockTime.slice(0, 8)} UTC`;
}
