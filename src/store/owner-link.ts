// The owner link: a token that signs the owner in once, kept as its hash only (reference/web-security.md 3.3).
import { randomUUID } from "node:crypto";
import { hashToken, isToken, makeToken, type Secret } from "../secrets.ts";
import type { Database } from "./database.ts";
import { findLocalOwner, type LocalOwner } from "./first-run.ts";

/** How long a link can be used, in ms: long enough to reach the browser, too short to be found in a scroll-back. */
export const OWNER_LINK_MS = 10 * 60_000;

const REMOVE_OLD = "DELETE FROM verification WHERE identifier = 'owner-link'";
const INSERT = "INSERT INTO verification (id, identifier, value, expires_at) VALUES ($1, 'owner-link', $2, $3)";
const TAKE =
  "DELETE FROM verification WHERE identifier = 'owner-link' AND value = $1 RETURNING expires_at AS \"expiresAt\"";

/**
 * Makes a new link's token; the one before is no longer valid.
 * @param now milliseconds since 1970
 */
export async function createOwnerLink(database: Pick<Database, "people">, now: number): Promise<Secret> {
  const token = makeToken("tdo");
  await database.people.write(async (tx) => {
    await tx.query(REMOVE_OLD);
    await tx.query(INSERT, [randomUUID(), hashToken(token.reveal()), new Date(now + OWNER_LINK_MS)]);
  });
  return token;
}

/**
 * Uses a link up, whatever comes of it.
 * @param now milliseconds since 1970
 * @returns who is signed in by it, or null for a token that is wrong, used or too old
 */
export async function redeemOwnerLink(
  database: Pick<Database, "people">,
  token: string,
  now: number,
): Promise<LocalOwner | null> {
  if (!isToken(token, "tdo")) return null;
  return database.people.write(async (tx) => {
    const [taken] = await tx.query<{ expiresAt: Date }>(TAKE, [hashToken(token)]);
    return taken !== undefined && taken.expiresAt.getTime() > now ? findLocalOwner(tx) : null;
  });
}
