// Reads without replicas over stores that a test makes: it counts what is asked, or changes it.
import type { OrganizationId } from "../../src/domain/model.ts";
import type { Database } from "../../src/store/database.ts";
import type { OrganizationStore } from "../../src/store/organization-store.ts";
import { Replicas } from "../../src/store/replicas.ts";
import type { RolePool } from "../../src/store/role-pool.ts";
import { quietLog } from "./test-database.ts";

/** @returns the database with all reads of pages going to the stores of `storeOf` */
export function withStores(database: Database, storeOf: (organization: OrganizationId) => OrganizationStore): Database {
  // without replicas nobody looks at the primary
  const look = { close: () => Promise.resolve() } as RolePool;
  const replicas = new Replicas({ replicas: [], primary: storeOf, look, log: quietLog, now: () => performance.now() });
  return { ...database, web: { in: storeOf }, replicas };
}
