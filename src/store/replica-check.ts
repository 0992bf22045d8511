// Looks at the replicas of a configuration before anything is served: what is wrong with it stops the start, what is away
// for now does not.
import { DatabaseError } from "pg";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Secret } from "../secrets.ts";
import { describeUrl, parseDatabaseUrl } from "./connection.ts";
import { checkAccount } from "./database-roles.ts";
import type { ReplicaAddress } from "./replica.ts";
import { LOOK_MS } from "./replica.ts";
import { lookAtPrimary, lookAtStandby, notOurStandby } from "./replica-look.ts";
import { openRolePool, type RoleSettings } from "./role-pool.ts";

const LOOKING: RoleSettings = {
  role: "tidemark_web",
  connections: 1,
  statementMs: LOOK_MS,
  transactionMs: LOOK_MS,
  readOnly: true,
};
/** SQLSTATEs of a server that does not let this account in, today or tomorrow. */
const REFUSED = /^(28|3D)/;

/**
 * Signs in to each replica, and compares its cluster with the primary's.
 * @throws TidemarkError `bad-setting` for a server that is no standby of the primary, `database-unreachable` for one that
 *   does not let us in, `database-role`, `database-version`
 */
export async function checkReplicas(webUrl: Secret, replicas: readonly ReplicaAddress[], log: Log): Promise<void> {
  for (const { url } of replicas) parseDatabaseUrl(url);
  if (replicas.length === 0) return;
  const system = await looking(webUrl, log, async (pool) => (await lookAtPrimary(pool, LOOK_MS)).system);
  for (const replica of replicas) {
    try {
      await checkAccount(replica.url, ["tidemark_web"]);
      const state = await looking(replica.url, log, (pool) => lookAtStandby(pool, LOOK_MS));
      const strange = notOurStandby(state, system);
      if (strange !== null) throw badReplica(replica, strange);
    } catch (error) {
      if (!isAway(error)) throw error;
      log.warn({ replica: replica.id, problem: error.message }, "a replica is away: it answers once it is there");
    }
  }
}

function badReplica({ id, url }: ReplicaAddress, parts: { readonly found: string; readonly wanted: string }) {
  return new TidemarkError("bad-setting", { attempt: `use the replica ${id}`, value: describeUrl(url), ...parts });
}

async function looking<T>(url: Secret, log: Log, work: (pool: ReturnType<typeof openRolePool>) => Promise<T>) {
  const pool = openRolePool(url, LOOKING, log);
  try {
    return await work(pool);
  } finally {
    await pool.close();
  }
}

/** Whether nobody answers there now, which may be over soon. */
function isAway(error: unknown): error is TidemarkError {
  if (!isTidemarkError(error, "database-unreachable")) return false;
  return !(error.cause instanceof DatabaseError && REFUSED.test(error.cause.code ?? ""));
}
