// Deliveries that nobody has read yet: which they are, where they lead, and what the repositories there are told.
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import type { ProviderKind } from "../domain/provider-kind.ts";
import type { WebhookKind } from "../domain/webhook-kind.ts";
import type { SystemReader } from "./database.ts";
import type { NamedRef } from "./event.ts";
import type { Reader, Transaction } from "./organization-store.ts";

/** A delivery that nobody has read yet. */
export interface UnreadDelivery {
  readonly id: string;
  readonly createdAt: Date;
  readonly eventName: string;
  readonly contentType: string | null;
  readonly body: Uint8Array;
  /** null when its webhook is gone */
  readonly webhookId: string | null;
  readonly kind: WebhookKind | null;
  /** the webhook's own; null: it serves many */
  readonly repositoryId: RepositoryId | null;
}

// Of these the index event_unrouted is made.
const UNREAD = `source = 'webhook' AND named IS NULL AND state IN ('due', 'running', 'failed')`;

// Over all organisations: it steps from one to the next through the index, however many deliveries wait.
const ORGANIZATIONS = `
  WITH RECURSIVE unread AS (
    (SELECT organization_id AS id FROM event WHERE ${UNREAD} ORDER BY organization_id LIMIT 1)
    UNION ALL
    SELECT (
      SELECT organization_id FROM event WHERE ${UNREAD} AND organization_id > unread.id
      ORDER BY organization_id LIMIT 1)
    FROM unread WHERE unread.id IS NOT NULL)
  SELECT id::text FROM unread WHERE id IS NOT NULL ORDER BY unread.id`;

/** @returns the organisations with deliveries that nobody has read, in the order of their ids */
export async function organizationsToRead(system: SystemReader): Promise<OrganizationId[]> {
  return (await system.query<{ id: OrganizationId }>(ORGANIZATIONS)).map(({ id }) => id);
}

// Sizes are known without reading the bodies.
const TAKE = `
  WITH due AS (
    SELECT id, coalesce(octet_length(body), 0) AS bytes FROM event WHERE organization_id = $1 AND ${UNREAD}
    ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED),
  summed AS (SELECT id, sum(bytes) OVER (ORDER BY id) - bytes AS before FROM due)
  SELECT e.id::text, e.created_at AS "createdAt", coalesce(e.event_name, '') AS "eventName",
    e.content_type AS "contentType", coalesce(e.body, '') AS body, w.id::text AS "webhookId", w.kind,
    e.repository_id::text AS "repositoryId"
  FROM summed s
  JOIN event e ON e.organization_id = $1 AND e.id = s.id
  LEFT JOIN webhook w ON w.organization_id = $1 AND w.id = e.webhook_id
  WHERE s.before < $3 ORDER BY e.id`;

/** Takes the first deliveries that nobody has read and nobody is at: at most so many, and no more once so many bytes are. */
export function takeUnread(tx: Transaction, most: { count: number; bytes: number }): Promise<UnreadDelivery[]> {
  return tx.query<UnreadDelivery>(TAKE, [most.count, most.bytes]);
}

/** Where a delivery leads: `due` to a sync of the repository, `done` to nothing more, `skipped` to nothing at all. */
export interface DeliveryRoute {
  readonly id: string;
  readonly repositoryId: RepositoryId | null;
  readonly state: "due" | "done" | "skipped" | "dead";
  readonly named: readonly NamedRef[];
  /** whether it tells of the repository itself, which its provider is asked about */
  readonly aboutRepository: boolean;
  /** why there is nothing to do, in words for people */
  readonly reason: string | null;
}

const SET_ROUTES = `
  UPDATE event e SET repository_id = r."repositoryId", state = r.state, named = r.named,
    about_repository = r."aboutRepository", error = r.reason, finished_at = CASE WHEN r.state = 'due' THEN NULL ELSE now() END
  FROM jsonb_to_recordset($2::jsonb)
    AS r(id bigint, "repositoryId" bigint, state text, named jsonb, "aboutRepository" boolean, reason text)
  WHERE e.organization_id = $1 AND e.id = r.id`;

/** Writes where deliveries lead. Their names and reasons hold no control characters: those are no JSON to Postgres. */
export async function setRoutes(tx: Transaction, routes: readonly DeliveryRoute[]): Promise<void> {
  await tx.query(SET_ROUTES, [JSON.stringify(routes)]);
}

/** What tells repositories apart, as far as it is known. */
export interface RepositoryPlace {
  readonly id: RepositoryId;
  readonly address: string;
  readonly provider: ProviderKind | null;
  readonly providerId: string | null;
  readonly providerName: string | null;
  readonly webUrl: string | null;
}

const PLACE = `r.id::text, r.address, r.provider, r.provider_id AS "providerId", r.provider_name AS "providerName",
  r.web_url AS "webUrl"`;
// one row at least, for the time
const PLACES = `
  SELECT statement_timestamp() AS at, ${PLACE}
  FROM (SELECT 1) AS one LEFT JOIN git_repository r ON r.organization_id = $1 AND r.gone_at IS NULL ORDER BY r.id`;
const NUMBERED = `
  SELECT ${PLACE} FROM git_repository r
  WHERE r.organization_id = $1 AND r.gone_at IS NULL
    AND (r.provider, r.provider_id) IN (SELECT * FROM unnest($2::text[], $3::text[]))
  ORDER BY r.id`;

/** @returns the places of all repositories that are still there, and when that was read, by the clock of the database */
export async function readPlaces(
  reader: Reader,
): Promise<{ readonly places: readonly RepositoryPlace[]; readonly at: Date }> {
  const rows = await reader.query<{ at: Date } & (RepositoryPlace | { id: null })>(PLACES);
  const places = rows.flatMap((row) => (row.id === null ? [] : [row]));
  return { places, at: rows[0]?.at ?? new Date(0) };
}

/** @returns the places of the repositories there that providers know by these numbers, each by its kind */
export function readNumberedPlaces(
  reader: Reader,
  numbers: readonly { readonly kind: string; readonly number: string }[],
): Promise<RepositoryPlace[]> {
  return reader.query<RepositoryPlace>(NUMBERED, [
    numbers.map(({ kind }) => kind),
    numbers.map(({ number }) => number),
  ]);
}

// In the order of ids, whoever does it: two that do it at once wait for each other and not in a circle.
const DELIVERED = `
  WITH told AS (
    SELECT r.id, d.at FROM unnest($2::bigint[], $3::timestamptz[]) AS d(id, at)
    JOIN git_repository r ON r.organization_id = $1 AND r.id = d.id
    ORDER BY r.id FOR NO KEY UPDATE OF r)
  UPDATE git_repository r SET webhook_at = greatest(r.webhook_at, told.at) FROM told
  WHERE r.organization_id = $1 AND r.id = told.id RETURNING r.id::text, r.missed > 0 AS doubted`;

/**
 * Says when deliveries about repositories arrived.
 * @returns those of which changes are counted that no delivery had told of: one may have by now
 */
export async function markDelivered(tx: Transaction, times: ReadonlyMap<RepositoryId, Date>): Promise<RepositoryId[]> {
  if (times.size === 0) return [];
  const given = [[...times.keys()], [...times.values()]];
  const rows = await tx.query<{ id: RepositoryId; doubted: boolean }>(DELIVERED, given);
  return rows.filter(({ doubted }) => doubted).map(({ id }) => id);
}

const ASK_PROVIDER = `
  UPDATE git_repository SET provider_checked_at = NULL WHERE organization_id = $1 AND id = ANY($2::bigint[])`;

/** Has the providers of repositories asked at once what has become of these. The caller has their rows already. */
export async function askProviderSoon(tx: Transaction, repositories: readonly RepositoryId[]): Promise<void> {
  if (repositories.length > 0) await tx.query(ASK_PROVIDER, [repositories]);
}

const ASK_PROVIDERS = `
  WITH asked AS (
    SELECT id FROM git_repository WHERE organization_id = $1 AND provider = ANY($2) ORDER BY id FOR NO KEY UPDATE)
  UPDATE git_repository r SET provider_checked_at = NULL FROM asked WHERE r.organization_id = $1 AND r.id = asked.id`;

/** Has such providers asked at once what has become of all that is there. */
export async function askProvidersSoon(tx: Transaction, providers: readonly string[]): Promise<void> {
  await tx.query(ASK_PROVIDERS, [providers]);
}
