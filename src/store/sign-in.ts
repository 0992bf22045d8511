// What a person who is signed in may see: her membership.
import type { OrganizationId } from "../domain/model.ts";
import type { SystemReader } from "./database.ts";

/** What a member may do: reference/web-security.md 4.2. */
export type Role = "owner" | "admin" | "member" | "viewer";

/** A person's place in a team. */
export interface Membership {
  readonly organizationId: OrganizationId;
  readonly organizationName: string;
  readonly role: Role;
}

const MEMBERSHIP = `
  SELECT m.organization_id::text AS "organizationId", o.name AS "organizationName", m.role
  FROM membership m JOIN organization o ON o.id = m.organization_id
  WHERE m.user_id = $1 ORDER BY m.created_at, m.organization_id LIMIT 1`;

/** @returns the team that a person came to first, or null when she is in none */
export async function membershipOf(people: SystemReader, userId: string): Promise<Membership | null> {
  const [row] = await people.query<Membership>(MEMBERSHIP, [userId]);
  return row ?? null;
}
