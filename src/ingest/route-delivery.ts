// A worker's first step: reads deliveries, finds the repositories that they are about, and puts aside what asks for nothing.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import { escapeControls } from "../domain/safe-text.ts";
import { isTidemarkError } from "../errors.ts";
import type { Log } from "../log.ts";
import { readPayload } from "../providers/payload.ts";
import type { RepositoryIdentity, WebhookMeaning } from "../providers/webhook-source.ts";
import { webhookSource } from "../providers/webhook-sources.ts";
import type { WebhookKind } from "../domain/webhook-kind.ts";
import type { Database, OrganizationStore, Transaction } from "../store/database.ts";
import {
  type DeliveryRoute,
  organizationsToRead,
  readNumberedPlaces,
  readPlaces,
  setRoutes,
  takeUnread,
  type UnreadDelivery,
} from "../store/delivery-route.ts";
import { DeliveryNews, noteNews } from "./delivery-news.ts";
import { PlaceIndex } from "./delivery-place.ts";

/** Deliveries of one transaction, and about how many bytes of bodies: one is held whole, twice over while it is read. */
const BATCH = { count: 200, bytes: 8 * 1024 * 1024 };
/** Deliveries that are read before a worker looks after its repositories again. */
const MAX_AT_ONCE = 2_000;
/** What a provider's number may be: others, which senders may write, are no text to Postgres, or nobody's. */
const NUMBER = /^[^\p{Cc}\p{Cs}]{1,200}$/u;
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

/** The places of a team's repositories, and when they were read; null: just now. */
interface KnownPlaces {
  readonly index: PlaceIndex;
  readonly at: Date | null;
}
type PlacesOfTeams = Map<OrganizationId, KnownPlaces>;

/**
 * Reads the deliveries that nobody has read, of all organisations. Workers share them: none is read twice at a time.
 * @returns whether more may be there than were read at once
 */
export async function routeDeliveries(deps: RouteDeps): Promise<boolean> {
  const { turn = { last: null } } = deps;
  const waiting = inTurn(await organizationsToRead(deps.database.system.reads), turn.last);
  const places: PlacesOfTeams = new Map();
  const unfinished = new Map<OrganizationId, readonly RepositoryId[]>();
  for (let read = 0; read < MAX_AT_ONCE; ) {
    const organization = waiting.shift();
    if (organization === undefined) return false;
    const batch = await routeBatch(deps, organization, places).catch((error: unknown) => {
      if (isTidemarkError(error)) throw error;
      return routeOne(deps, organization, places, error);
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
async function routeOne(
  deps: RouteDeps,
  organization: OrganizationId,
  places: PlacesOfTeams,
  cause: unknown,
): Promise<RoutedBatch> {
  const one = { ...BATCH, count: 1 };
  return routeBatch(deps, organization, places, one).catch(async (error: unknown) => {
    if (isTidemarkError(error)) throw error;
    deps.log.error({ err: cause, organization }, "a delivery cannot be read and is put aside");
    const reason = "It could not be read. What happened is in the log.";
    return deps.database.worker.in(organization).write(async (tx) => {
      const [first] = await takeUnread(tx, one);
      if (first === undefined) return NOTHING;
      const { id, repositoryId } = first;
      await setRoutes(tx, [{ id, repositoryId, state: "dead", named: [], aboutRepository: false, reason }]);
      return { count: 1, full: true, repositories: [] };
    });
  });
}

async function routeBatch(
  deps: RouteDeps,
  organization: OrganizationId,
  places: PlacesOfTeams,
  most = BATCH,
): Promise<RoutedBatch> {
  const store = deps.database.worker.in(organization);
  let news = new DeliveryNews();
  let batch = await routeTaken(store, most, news, places.get(organization));
  if (batch === null) {
    // not while the deliveries are held: of many repositories this takes a while
    const read = await readPlaces(store);
    const index = new PlaceIndex(read.places);
    places.set(organization, { index, at: read.at });
    news = new DeliveryNews();
    batch = await routeTaken(store, most, news, { index, at: null });
  }
  if (batch === null || batch.count === 0) return NOTHING;
  const told = news;
  const note = (): Promise<void> => noteNews(deps, organization, told);
  if (deps.later === undefined) await note();
  else deps.later(note);
  return batch;
}

/** @returns null, and nothing is done, where the places are needed as they are now */
function routeTaken(
  store: OrganizationStore,
  most: typeof BATCH,
  news: DeliveryNews,
  known: KnownPlaces | undefined,
): Promise<RoutedBatch | null> {
  const route = async (tx: Transaction): Promise<RoutedBatch | null> => {
    const deliveries = await takeUnread(tx, most);
    if (deliveries.length === 0) return NOTHING;
    const read = deliveries.map((delivery) => ({ delivery, meaning: meaningOf(delivery) }));
    const numbered = await numberedPlaces(tx, read);
    let isUnknown = false;
    const find: FindPlace = ({ createdAt }, kind, identity) => {
      const found = numbered.findByNumber(kind, identity) ?? known?.index.find(kind, identity) ?? null;
      // one that was added since the places were read would not be found
      const isNewest = known !== undefined && (known.at === null || createdAt <= known.at);
      isUnknown ||= found === null && !isNewest;
      return found;
    };
    const routes = read.map(({ delivery, meaning }) => routeOf(delivery, meaning, find, news));
    if (isUnknown) return null;
    await setRoutes(tx, routes);
    const bytes = deliveries.reduce((sum, { body }) => sum + body.length, 0);
    const repositories = routes.flatMap(({ repositoryId }) => repositoryId ?? []);
    return { count: deliveries.length, full: deliveries.length >= most.count || bytes >= most.bytes, repositories };
  };
  // not waited for on the disk: a delivery is read again after a crash of Postgres that takes this back
  return store.write(route, { durable: false });
}

interface ReadDelivery {
  readonly delivery: UnreadDelivery;
  /** null: its webhook is gone */
  readonly meaning: WebhookMeaning | null;
}

function meaningOf({ kind, webhookId, eventName, contentType, body }: UnreadDelivery): WebhookMeaning | null {
  if (kind === null || webhookId === null) return null;
  return webhookSource(kind).parse({ eventName, contentType, body });
}

/** Where the repositories are whose numbers deliveries of webhooks for many say: mostly that is all that has to be known. */
async function numberedPlaces(tx: Transaction, read: readonly ReadDelivery[]): Promise<PlaceIndex> {
  const numbers = new Map<string, { kind: WebhookKind; number: string }>();
  for (const { delivery, meaning } of read) {
    const { repositoryId, kind } = delivery;
    if (repositoryId !== null || kind === null || meaning === null || !isOfRepository(meaning)) continue;
    const { id: number } = meaning.repository;
    if (number !== null && NUMBER.test(number)) numbers.set(`${kind} ${number}`, { kind, number });
  }
  return new PlaceIndex(numbers.size === 0 ? [] : await readNumberedPlaces(tx, [...numbers.values()]));
}

function isOfRepository(
  meaning: WebhookMeaning,
): meaning is Extract<WebhookMeaning, { repository: RepositoryIdentity }> {
  return meaning.kind === "push" || meaning.kind === "repository";
}

type FindPlace = (delivery: UnreadDelivery, kind: WebhookKind, identity: RepositoryIdentity) => RepositoryId | null;

function routeOf(
  delivery: UnreadDelivery,
  meaning: WebhookMeaning | null,
  find: FindPlace,
  news: DeliveryNews,
): DeliveryRoute {
  const { id, kind, webhookId, createdAt } = delivery;
  if (kind === null || webhookId === null || meaning === null)
    return skipped(delivery, "Its webhook was removed before it was read.");
  news.fromWebhook(webhookId, createdAt);
  if (delivery.repositoryId !== null) news.ofRepository(delivery.repositoryId, createdAt);
  if (meaning.kind === "test") return skipped(delivery, "A test of the webhook, which works.");
  if (meaning.kind === "nothing") return skipped(delivery, meaning.reason);
  const place = isOfRepository(meaning)
    ? (): RepositoryId | null => find(delivery, kind, meaning.repository)
    : () => null;
  const repositoryId = delivery.repositoryId ?? place();
  if (repositoryId === null && meaning.kind === "access") {
    // by name of the provider: which of its repositories may still be read is found out by asking for each
    news.providers.add(kind);
    const reason = "It tells of access to many repositories: its provider is asked what may still be read.";
    return { id, repositoryId, state: "done", named: [], aboutRepository: false, reason };
  }
  if (repositoryId === null) return skipped(delivery, unknownWords(meaning, delivery));
  news.ofRepository(repositoryId, createdAt);
  const aboutRepository = meaning.kind !== "push";
  if (aboutRepository) news.changed.add(repositoryId);
  const named = meaning.kind === "push" ? meaning.refs : [];
  return { id, repositoryId, state: "due", named, aboutRepository, reason: null };
}

function skipped({ id, repositoryId }: UnreadDelivery, reason: string): DeliveryRoute {
  return {
    id,
    repositoryId,
    state: "skipped",
    named: [],
    aboutRepository: false,
    reason: escapeControls(reason.slice(0, MAX_REASON)),
  };
}

function unknownWords(meaning: WebhookMeaning, delivery: UnreadDelivery): string {
  if (!isOfRepository(meaning)) return "Nothing to do.";
  const { name, urls } = meaning.repository;
  const said = name ?? urls[0];
  return said === undefined ? bodyWords(delivery) : `It names "${said}", which nobody follows here.`;
}

function bodyWords({ kind, contentType, body }: UnreadDelivery): string {
  if (body.length === 0) return "Its body is empty, so it does not say which repository it is about.";
  // of what is sent by hand the header says nothing: curl calls everything a form
  const isRead =
    readPayload({ contentType: kind === "signed" || kind === "standard" ? null : contentType, body }) !== null;
  return isRead
    ? "It does not say which repository it is about."
    : "Its body is no JSON object, so it does not say which repository it is about.";
}
