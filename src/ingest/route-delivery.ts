// A worker's first step: reads deliveries, finds the repositories that they are about, and puts aside what asks for nothing.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { escapeControls } from "../domain/safe-text.ts";
import { isTidemarkError } from "../errors.ts";
import type { Log } from "../log.ts";
import { readPayload } from "../providers/payload.ts";
import type { RepositoryIdentity, WebhookMeaning } from "../providers/webhook-source.ts";
import { webhookSource } from "../providers/webhook-sources.ts";
import type { Database, Transaction } from "../store/database.ts";
import {
  askProviderSoon,
  type DeliveryRoute,
  markDelivered,
  organizationsToRead,
  readPlaces,
  setRoutes,
  takeUnread,
  type UnreadDelivery,
} from "../store/delivery-route.ts";
import { explainMissed } from "../store/missed-change.ts";
import { markWebhookReceived } from "../store/webhook.ts";
import { PlaceIndex } from "./delivery-place.ts";

/** Deliveries of one transaction, and about how many bytes of bodies: one is held whole, twice over while it is read. */
const BATCH = { count: 200, bytes: 8 * 1024 * 1024 };
/** Deliveries that are read before a worker looks after its repositories again. */
const MAX_AT_ONCE = 2_000;
/** Characters of what people read. */
const MAX_REASON = 500;

/** What reading deliveries needs. */
export interface RouteDeps {
  readonly database: Pick<Database, "system" | "worker">;
  readonly log: Log;
  /** whose deliveries were read last: whoever comes next is first the next time, so that a backlog holds up no others */
  readonly turn?: { last: OrganizationId | null };
  /** takes what may be written down later, when those who wait for the deliveries wait no more; default: it is done at once */
  readonly later?: (note: () => Promise<void>) => void;
  /** told of the repositories of the last deliveries when more may be there than were read at once: more of theirs, mostly */
  readonly unfinished?: (repositories: ReadonlySet<RepositoryId>) => void;
}

/** What a batch has to tell beside its events. */
interface News {
  /** by webhook: when the last one arrived */
  readonly webhooks: Map<string, Date>;
  readonly repositories: Map<RepositoryId, Date>;
  /** whose provider has something new to say */
  readonly changed: Set<RepositoryId>;
  readonly providers: Set<string>;
}

/**
 * Reads the deliveries that nobody has read, of all organisations. Workers share them: none is read twice at a time.
 * @returns whether more may be there than were read at once
 */
export async function routeDeliveries(deps: RouteDeps): Promise<boolean> {
  const { turn = { last: null } } = deps;
  const waiting = inTurn(await organizationsToRead(deps.database.system.reads), turn.last);
  const unfinished = new Map<OrganizationId, readonly RepositoryId[]>();
  for (let read = 0; read < MAX_AT_ONCE; ) {
    const organization = waiting.shift();
    if (organization === undefined) return false;
    const batch = await routeBatch(deps, organization).catch((error: unknown) => {
      if (isTidemarkError(error)) throw error;
      return routeOne(deps, organization, error);
    });
    read += batch.count;
    turn.last = organization;
    if (batch.full) waiting.push(organization);
    unfinished.set(organization, batch.full ? batch.repositories : []);
  }
  deps.unfinished?.(new Set([...unfinished.values()].flat()));
  return waiting.length > 0;
}

/** Begins after the one that was served last. */
function inTurn(organizations: readonly OrganizationId[], last: OrganizationId | null): OrganizationId[] {
  const next = last === null ? 0 : organizations.findIndex((id) => Number(id) > Number(last));
  return next <= 0 ? [...organizations] : [...organizations.slice(next), ...organizations.slice(0, next)];
}

/** How many deliveries were read at once, about which repositories, and whether there may be more. */
interface RoutedBatch {
  readonly count: number;
  readonly full: boolean;
  readonly repositories: readonly RepositoryId[];
}

const NOTHING: RoutedBatch = { count: 0, full: false, repositories: [] };

/**
 * After a batch that the database does not take, which no delivery should bring about: the first one alone, so that it
 * holds up no others.
 */
async function routeOne(deps: RouteDeps, organization: OrganizationId, cause: unknown): Promise<RoutedBatch> {
  const one = { ...BATCH, count: 1 };
  return routeBatch(deps, organization, one).catch(async (error: unknown) => {
    if (isTidemarkError(error)) throw error;
    deps.log.error({ err: cause, organization }, "a delivery cannot be read and is put aside");
    const reason = "It could not be read. What happened is in the log.";
    return deps.database.worker.in(organization).write(async (tx) => {
      const [first] = await takeUnread(tx, one);
      if (first === undefined) return NOTHING;
      const { id, repositoryId } = first;
      await setRoutes(tx, [{ id, repositoryId, state: "dead", named: [], reason }]);
      return { count: 1, full: true, repositories: [] };
    });
  });
}

async function routeBatch(deps: RouteDeps, organization: OrganizationId, most = BATCH): Promise<RoutedBatch> {
  const store = deps.database.worker.in(organization);
  const news: News = { webhooks: new Map(), repositories: new Map(), changed: new Set(), providers: new Set() };
  // not waited for on the disk: a delivery is read again after a crash of Postgres that takes this back
  const batch = await store.write(
    async (tx) => {
      const deliveries = await takeUnread(tx, most);
      if (deliveries.length === 0) return NOTHING;
      const places = await placesFor(tx, deliveries);
      const routes = deliveries.map((delivery) => routeOf(delivery, places, news));
      await setRoutes(tx, routes);
      const bytes = deliveries.reduce((sum, { body }) => sum + body.length, 0);
      const repositories = routes.flatMap(({ repositoryId }) => repositoryId ?? []);
      return { count: deliveries.length, full: deliveries.length >= most.count || bytes >= most.bytes, repositories };
    },
    { durable: false },
  );
  if (batch.count === 0) return batch;
  const note = (): Promise<void> => noteNews(deps, organization, news);
  if (deps.later === undefined) await note();
  else deps.later(note);
  return batch;
}

/** Not with the routes: a repository's row may be held by whoever works on it, and this can wait or be lost. */
async function noteNews({ database, log }: RouteDeps, organization: OrganizationId, news: News): Promise<void> {
  const write = async (tx: Transaction): Promise<void> => {
    for (const [id, at] of news.webhooks) await markWebhookReceived(tx, id, at);
    for (const [id, at] of news.repositories) {
      await markDelivered(tx, [id], at);
      await explainMissed(tx, id);
    }
    await askProviderSoon(tx, { repositories: [...news.changed], providers: [...news.providers] });
  };
  const noted = database.worker.in(organization).write(write, { durable: false });
  await noted.catch((error: unknown) => {
    if (!isTidemarkError(error, "database-busy")) throw error;
    log.warn({ err: error, organization }, "when deliveries arrived could not be noted");
  });
}

/** Where repositories are is asked only when a delivery does not come by a repository's own webhook. */
async function placesFor(tx: Transaction, deliveries: readonly UnreadDelivery[]): Promise<PlaceIndex> {
  const some = deliveries.some(({ repositoryId, kind }) => repositoryId === null && kind !== null);
  return new PlaceIndex(some ? await readPlaces(tx) : []);
}

function routeOf(delivery: UnreadDelivery, places: PlaceIndex, news: News): DeliveryRoute {
  const { id, kind, webhookId, createdAt, eventName, contentType, body } = delivery;
  if (kind === null || webhookId === null) return skipped(delivery, "Its webhook was removed before it was read.");
  later(news.webhooks, webhookId, createdAt);
  if (delivery.repositoryId !== null) later(news.repositories, delivery.repositoryId, createdAt);
  const meaning = webhookSource(kind).parse({ eventName, contentType, body });
  if (meaning.kind === "test") return skipped(delivery, "A test of the webhook, which works.");
  if (meaning.kind === "nothing") return skipped(delivery, meaning.reason);
  const repositoryId = delivery.repositoryId ?? placeOf(meaning, (identity) => places.find(kind, identity));
  if (repositoryId === null && meaning.kind === "access") {
    // by name of the provider: which of its repositories may still be read is found out by asking for each
    news.providers.add(kind);
    const reason = "It tells of access to many repositories: its provider is asked what may still be read.";
    return { id, repositoryId, state: "done", named: [], reason };
  }
  if (repositoryId === null) return skipped(delivery, unknownWords(meaning, delivery));
  later(news.repositories, repositoryId, createdAt);
  if (meaning.kind !== "push") news.changed.add(repositoryId);
  return { id, repositoryId, state: "due", named: meaning.kind === "push" ? meaning.refs : [], reason: null };
}

function placeOf(
  meaning: WebhookMeaning,
  find: (identity: RepositoryIdentity) => RepositoryId | null,
): RepositoryId | null {
  return meaning.kind === "push" || meaning.kind === "repository" ? find(meaning.repository) : null;
}

function skipped({ id, repositoryId }: UnreadDelivery, reason: string): DeliveryRoute {
  return { id, repositoryId, state: "skipped", named: [], reason: escapeControls(reason.slice(0, MAX_REASON)) };
}

function unknownWords(meaning: WebhookMeaning, delivery: UnreadDelivery): string {
  if (meaning.kind !== "push" && meaning.kind !== "repository") return "Nothing to do.";
  const { name, urls } = meaning.repository;
  const said = name ?? urls[0];
  return said === undefined ? bodyWords(delivery) : `It names "${said}", which nobody follows here.`;
}

function bodyWords({ kind, contentType, body }: UnreadDelivery): string {
  if (body.length === 0) return "Its body is empty, so it does not say which repository it is about.";
  // of our own form the header says nothing: curl calls everything a form
  const isRead = readPayload({ contentType: kind === "signed" ? null : contentType, body }) !== null;
  return isRead
    ? "It does not say which repository it is about."
    : "Its body is no JSON object, so it does not say which repository it is about.";
}

function later<Key>(times: Map<Key, Date>, key: Key, at: Date): void {
  const known = times.get(key);
  if (known === undefined || known < at) times.set(key, at);
}
