// The three roles in a database that is not ours alone: found, made where the owner may, or asked for in words.
import { type Client, DatabaseError } from "pg";
import { TidemarkError } from "../errors.ts";

const WORKING_ROLES = ["tidemark_web", "tidemark_worker"] as const;
/** The oldest Postgres that has what we use: `security_invoker` views, rights on schema public as they are since. */
const OLDEST_VERSION = 15;

interface OwnerFacts {
  readonly version: number;
  readonly account: string;
  readonly superuser: boolean;
  readonly mayCreate: boolean;
}

const READ_OWNER = `
  SELECT current_setting('server_version_num')::int / 10000 AS version, rolname AS account, rolsuper AS superuser,
         rolcreaterole AS "mayCreate"
  FROM pg_roles WHERE rolname = current_user`;
const READ_ROLES = "SELECT rolname AS name FROM pg_roles WHERE rolname = ANY($1)";

/**
 * Makes sure that the account may do the owner's work and that both working roles exist.
 * @throws TidemarkError `database-version`, `database-role` with the statements that an administrator can run
 */
export async function prepareRoles(client: Client, place: string): Promise<void> {
  const owner = (await client.query<OwnerFacts>(READ_OWNER)).rows[0];
  if (owner === undefined) throw new RangeError("the current user is no role");
  if (owner.version < OLDEST_VERSION) {
    throw new TidemarkError("database-version", {
      attempt: "use the database",
      value: place,
      found: `Postgres ${owner.version}`,
      wanted: `Postgres ${OLDEST_VERSION} or newer`,
    });
  }
  if (owner.superuser) throw superuser(place, owner.account);
  const { rows } = await client.query<{ name: string }>(READ_ROLES, [WORKING_ROLES]);
  for (const role of WORKING_ROLES) {
    if (!rows.some(({ name }) => name === role)) await makeRole(client, role, owner, place);
  }
}

async function makeRole(client: Client, role: string, owner: OwnerFacts, place: string): Promise<void> {
  if (!owner.mayCreate) throw missingRole(place, owner.account, "CREATE ROLE");
  await client.query(`CREATE ROLE ${role} NOLOGIN`);
  await client.query(`GRANT ${role} TO ${client.escapeIdentifier(owner.account)}`);
}

/** SQLSTATEs of `SET ROLE` for a role that one is no member of, and for one that does not exist. */
const ROLE_REFUSED: Readonly<Record<string, "GRANT" | "CREATE ROLE">> = { "42501": "GRANT", "22023": "CREATE ROLE" };

/** @returns `database-role` for a connection that could not take its role, or the error as it came */
export function roleError(error: unknown, place: string): unknown {
  const need = error instanceof DatabaseError ? ROLE_REFUSED[error.code ?? ""] : undefined;
  return need === undefined ? error : missingRole(place, place.split("@")[0] ?? "", need, error);
}

function missingRole(place: string, account: string, need: "CREATE ROLE" | "GRANT", cause?: unknown): TidemarkError {
  const create = need === "CREATE ROLE" ? WORKING_ROLES.map((role) => `CREATE ROLE ${role}; `).join("") : "";
  const parts = {
    attempt: "work in the database",
    value: place,
    found:
      need === "GRANT"
        ? `the account ${account} not allowed to become ${WORKING_ROLES.join(" and ")}`
        : `no roles ${WORKING_ROLES.join(" and ")}, and the account ${account} may not make any`,
    wanted: `what an administrator runs once: ${create}GRANT ${WORKING_ROLES.join(", ")} TO "${account}";`,
  };
  return new TidemarkError("database-role", parts, { cause });
}

function superuser(place: string, account: string): TidemarkError {
  return new TidemarkError("database-role", {
    attempt: "work in the database",
    value: place,
    found: `the superuser ${account}`,
    wanted:
      "an account that is none: CREATE ROLE tidemark_owner LOGIN CREATEROLE PASSWORD '…'; " +
      "CREATE DATABASE tidemark OWNER tidemark_owner;",
  });
}
