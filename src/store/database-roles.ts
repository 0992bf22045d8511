// The three roles in a database that is not ours alone: what their accounts may do is looked at before anything is done.
import { type Client, DatabaseError, escapeIdentifier } from "pg";
import { TidemarkError } from "../errors.ts";
import type { Secret } from "../secrets.ts";
import { connectTo, databaseError, describeUrl } from "./connection.ts";

const WORKING_ROLES = ["tidemark_web", "tidemark_worker"] as const;
type WorkingRole = (typeof WORKING_ROLES)[number];

/** The oldest Postgres that has what we use: `security_invoker` views, rights on schema public as they are since. */
const OLDEST_VERSION = 15;

/** The account that is signed in. */
export interface Account {
  readonly version: number;
  readonly name: string;
  readonly superuser: boolean;
  readonly mayMakeRoles: boolean;
  readonly database: string;
  /** tells its database from others, also behind a pooler that calls it something else */
  readonly identity: string;
  readonly mayMakeSchemas: boolean;
  readonly mayMakeTables: boolean;
}

const READ_ACCOUNT = `
  SELECT current_setting('server_version_num')::int / 10000 AS version, rolname AS name, rolsuper AS superuser,
         rolcreaterole AS "mayMakeRoles", current_database() AS database,
         (SELECT oid FROM pg_database WHERE datname = current_database()) || ' ' ||
           (to_regclass('public.organization') IS NOT NULL) AS identity,
         has_database_privilege(current_database(), 'CREATE') AS "mayMakeSchemas",
         coalesce(has_schema_privilege(to_regnamespace('public')::oid, 'CREATE'), false) AS "mayMakeTables"
  FROM pg_roles WHERE rolname = current_user`;
const READ_ROLES = "SELECT rolname AS name FROM pg_roles WHERE rolname = ANY($1)";

function roleProblem(place: string, found: string, wanted: string, cause?: unknown): TidemarkError {
  return new TidemarkError(
    "database-role",
    { attempt: "work in the database", value: place, found, wanted },
    { cause },
  );
}

/** An account in place of a superuser, as an administrator makes it: for one role's work, or else for the owner's. */
function accountFor(role: WorkingRole | undefined, wanted = "an account that is none"): string {
  const statements =
    role === undefined
      ? "CREATE ROLE tidemark_owner LOGIN CREATEROLE PASSWORD '…'; CREATE DATABASE tidemark OWNER tidemark_owner;"
      : `ALTER ROLE ${role} NOSUPERUSER LOGIN PASSWORD '…';`;
  return `${wanted}: ${statements}`;
}

/**
 * Looks at the account that a connection works as.
 * @param role what it is to work as; none for the owner
 * @throws TidemarkError `database-version`; `database-role` for a superuser, with the statements for another account
 */
export async function readAccount(client: Client, place: string, role?: WorkingRole): Promise<Account> {
  const account = (await client.query<Account>(READ_ACCOUNT)).rows[0];
  if (account === undefined) throw new RangeError("the current user is no role");
  if (account.version < OLDEST_VERSION) {
    throw new TidemarkError("database-version", {
      attempt: "use the database",
      value: place,
      found: `Postgres ${account.version}`,
      wanted: `Postgres ${OLDEST_VERSION} or newer`,
    });
  }
  if (account.superuser) throw roleProblem(place, `the superuser ${account.name}`, accountFor(role));
  return account;
}

/**
 * Makes sure that the owner may make tables and that both working roles exist. Makes them in the transaction that it is
 * called in, where the owner may.
 * @throws TidemarkError `database-role` with the statements that an administrator can run
 */
export async function prepareRoles(client: Client, owner: Account, place: string): Promise<void> {
  const account = escapeIdentifier(owner.name);
  const lacks = (where: string, statement: string): TidemarkError =>
    roleProblem(
      place,
      `the account ${owner.name} not allowed to make anything in ${where}`,
      `its owner, or what an administrator runs once: ${statement}`,
    );
  const database = escapeIdentifier(owner.database);
  if (!owner.mayMakeSchemas) throw lacks("this database", `ALTER DATABASE ${database} OWNER TO ${account};`);
  if (!owner.mayMakeTables)
    throw lacks(
      "its schema public",
      `CREATE SCHEMA IF NOT EXISTS public; GRANT CREATE ON SCHEMA public TO ${account};`,
    );
  const { rows } = await client.query<{ name: string }>(READ_ROLES, [WORKING_ROLES]);
  const missing = WORKING_ROLES.filter((role) => !rows.some(({ name }) => name === role));
  if (missing.length > 0 && !owner.mayMakeRoles) {
    const make = missing.map((role) => `CREATE ROLE ${role}; `).join("");
    throw roleProblem(
      place,
      `no ${missing.length === 1 ? "role" : "roles"} ${missing.join(" and ")}, and the account ${owner.name} may not make any`,
      `what an administrator runs once: ${make}GRANT ${WORKING_ROLES.join(", ")} TO ${account};`,
    );
  }
  for (const role of missing) await client.query(`CREATE ROLE ${role} NOLOGIN; GRANT ${role} TO ${account}`);
}

/** The addresses that work is done by; roles may share one. */
interface WorkingUrls {
  readonly ownerUrl: Secret;
  readonly webUrl: Secret;
  readonly workerUrl: Secret;
}

/**
 * Signs in once with each address and takes the roles that it is for.
 * @throws TidemarkError `database-unreachable`, `database-version`; `database-role` for a superuser, for an account that
 *   may not take its role, and for another database than the owner's
 */
export async function checkAccounts({ ownerUrl, webUrl, workerUrl }: WorkingUrls): Promise<void> {
  const rolesOf = (url: Secret): WorkingRole[] => [
    ...(url === webUrl ? (["tidemark_web"] as const) : []),
    ...(url === workerUrl ? (["tidemark_worker"] as const) : []),
  ];
  const urls = [...new Set([ownerUrl, webUrl, workerUrl])];
  const looks = await Promise.allSettled(urls.map((url) => checkAccount(url, rolesOf(url))));
  const identities = looks.map((look) => {
    if (look.status === "rejected") throw look.reason; // of several, always the same one is told
    return look.value;
  });
  const other = urls[identities.findIndex((identity) => identity !== identities[0])];
  if (other === undefined) return;
  throw roleProblem(describeUrl(other), "another database than the owner's", `the one at ${describeUrl(ownerUrl)}`);
}

/** What makes an account able to take the roles; a working role is not made to be the other one too. */
function whoMay(roles: readonly WorkingRole[], account: string): string {
  if (WORKING_ROLES.some((role) => role === account)) return accountFor(roles[0], "an account of its own");
  return `what an administrator runs once: GRANT ${roles.join(", ")} TO ${escapeIdentifier(account)};`;
}

/**
 * Signs in with an address and takes each of the roles.
 * @returns what tells this database from others
 * @throws TidemarkError `database-unreachable`, `database-version`, `database-role`
 */
export async function checkAccount(url: Secret, roles: readonly WorkingRole[]): Promise<string> {
  const place = describeUrl(url);
  const client = await connectTo(url, "tidemark check");
  try {
    const { name, identity } = await readAccount(client, place, roles.length === 1 ? roles[0] : undefined);
    const refused: WorkingRole[] = [];
    for (const role of roles) {
      if (!(await takeRole(client, role))) refused.push(role);
      else await readAccount(client, place, role); // the role itself may be a superuser
    }
    if (refused.length === 0) return identity;
    throw roleProblem(
      place,
      `the account ${name} not allowed to become ${refused.join(" and ")}`,
      whoMay(refused, name),
    );
  } catch (error) {
    throw databaseError(error, place);
  } finally {
    await client.end().catch(() => {});
  }
}

/** SQLSTATEs of `SET ROLE` for a role that one is no member of, and for one that does not exist. */
const ROLE_REFUSED = /^(42501|22023)$/;

/** @returns whether the account may become `role`, which it is from now on */
async function takeRole(client: Client, role: WorkingRole): Promise<boolean> {
  try {
    await client.query(`SET ROLE ${role}`);
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && ROLE_REFUSED.test(error.code ?? "")) return false;
    throw error;
  }
}

/** SQLSTATEs of statements that the account, or a server that only follows another one, may not run, with what is wanted. */
const OWNER_REFUSED: Readonly<Record<string, string>> = {
  "42501": "the account that owns the database and what Tidemark made in it",
  "25006": "a server that does not only follow another one, and an account that may write there",
};

/** @returns `database-role` for what the owner's account was not allowed to do, or the error as it came */
export function ownerError(error: unknown, place: string): unknown {
  const wanted = error instanceof DatabaseError ? OWNER_REFUSED[error.code ?? ""] : undefined;
  return wanted === undefined || !(error instanceof Error)
    ? error
    : roleProblem(place, `its answer: ${error.message}`, wanted, error);
}
