// The first run: one local organisation and its owner, made when the database has none.
import { randomUUID } from "node:crypto";
import type { OrganizationId } from "../domain/model.ts";
import type { Database, SystemReader } from "./database.ts";

/** Whose this installation is. */
export interface LocalOwner {
  readonly organizationId: OrganizationId;
  readonly userId: string;
}

/** Two first starts at once make one organisation: the second waits here and finds it. */
const FIRST_RUN_LOCK = 7_433_632;
const FIND_OWNER = `
  SELECT organization_id::text AS "organizationId", user_id AS "userId"
  FROM membership WHERE role = 'owner' ORDER BY created_at, organization_id LIMIT 1`;
const MAKE_ORGANIZATION = "INSERT INTO organization (name) VALUES ($1) RETURNING id::text AS id";
const MAKE_USER = `INSERT INTO "user" (id, name, email, email_verified) VALUES ($1, $2, $3, false)`;
const MAKE_MEMBERSHIP = "INSERT INTO membership (organization_id, user_id, role) VALUES ($1, $2, 'owner')";

/** @returns the owner of this installation, or null before the first run */
export async function findLocalOwner(reader: SystemReader): Promise<LocalOwner | null> {
  return (await reader.query<LocalOwner>(FIND_OWNER))[0] ?? null;
}

/** Makes the local organisation and its owner where there is none; doing it twice changes nothing. */
export async function ensureLocalOrganization(database: Pick<Database, "owner">): Promise<LocalOwner> {
  return database.owner.write(async (tx) => {
    await tx.query("SELECT pg_advisory_xact_lock($1)", [FIRST_RUN_LOCK]);
    const found = await findLocalOwner(tx);
    if (found !== null) return found;
    const [organization] = await tx.query<{ id: OrganizationId }>(MAKE_ORGANIZATION, ["Local"]);
    if (organization === undefined) throw new RangeError("INSERT … RETURNING gave no row");
    const userId = randomUUID();
    // nobody signs in with this address: the owner comes by link
    await tx.query(MAKE_USER, [userId, "Owner", "owner@localhost"]);
    await tx.query(MAKE_MEMBERSHIP, [organization.id, userId]);
    return { organizationId: organization.id, userId };
  });
}
