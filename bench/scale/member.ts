// Somebody who may read the repositories of the load test.
import type { OrganizationId } from "../../src/domain/model.ts";
import type { Database } from "../../src/store/database.ts";

/** Adds an owner to an organisation. @returns her id */
export async function addMember({ owner }: Database, organization: OrganizationId): Promise<string> {
  const id = "reader-of-the-load-test";
  await owner.query(
    `INSERT INTO "user" (id, name, email, email_verified) VALUES ($1, 'Reader', 'reader@localhost', true)`,
    [id],
  );
  await owner.query("INSERT INTO membership (organization_id, user_id, role) VALUES ($1, $2, 'owner')", [
    organization,
    id,
  ]);
  return id;
}
