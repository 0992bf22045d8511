// Reads over a database of a test file's own, with an organisation to fill.
import { after } from "node:test";
import type { OrganizationId } from "../../src/domain/model.ts";
import { createReads, type Reads } from "../../src/reads/reads.ts";
import { openTestDatabase, type TestDatabase } from "./test-database.ts";

/** What tests of reads work with. */
export interface TestReads {
  readonly db: TestDatabase;
  readonly reads: Reads;
  readonly organization: OrganizationId;
}

/** Opens them; they are gone after the tests of the file that called this. */
export async function openReads(): Promise<TestReads> {
  const db = await openTestDatabase();
  after(() => db.close());
  return { db, reads: createReads(db.database), organization: await db.makeOrganization() };
}
