// Where the programs of the embedded Postgres are, made ready: library links in place, reachable for the account that runs them.
import { chmod, cp, mkdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { TidemarkError } from "../errors.ts";
import { type Account, closedParent } from "./embedded-postgres-account.ts";

/** The major version that this Tidemark keeps its data in: part of the data folder's name. */
export const POSTGRES_MAJOR = 18;

/** The folder with `bin`, `lib` and `share`, and the version of what is in it: "18.4". */
export interface PostgresPackage {
  readonly folder: string;
  readonly version: string;
}

const PLATFORMS: Readonly<Record<string, string>> = { win32: "windows" };

/**
 * Finds the package for this system.
 * @throws TidemarkError `database-unreachable` where there is none
 */
export async function findPostgres(): Promise<PostgresPackage> {
  const name = `@embedded-postgres/${PLATFORMS[process.platform] ?? process.platform}-${process.arch}`;
  try {
    // <package>/dist/index.js
    const root = dirname(dirname(fileURLToPath(import.meta.resolve(name))));
    const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
    return { folder: join(root, "native"), version: manifest.version.split(".").slice(0, 2).join(".") };
  } catch (error) {
    throw new TidemarkError(
      "database-unreachable",
      {
        attempt: "find the embedded Postgres",
        value: name,
        found: "no such package installed",
        wanted: "`npm ci` on a system that it exists for, or a Postgres of your own in DATABASE_URL",
      },
      { cause: error },
    );
  }
}

/**
 * Makes what the package's install script would have made: without these links `initdb` finds no libpq. Doing it twice
 * changes nothing.
 * @returns false when a link is missing and cannot be made
 */
async function makeLibraryLinks(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, "pg-symlinks.json"), "utf8").catch(() => "[]");
  const links = JSON.parse(text) as { source: string; target: string }[];
  const made = await Promise.all(
    links.map(async ({ source, target }) => {
      // both start with "native/", and a link is relative to its own folder
      const link = join(dirname(folder), target);
      if (await exists(link)) return true;
      await symlink(basename(source), link).catch(() => {});
      return exists(link);
    }),
  );
  return !made.includes(false);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/**
 * Makes the programs usable for `account`: where it cannot reach them (a checkout below root's closed home) or where the
 * links cannot be made (a folder of somebody else), they are copied once beside the data, 60 MB.
 */
export async function preparePostgres(
  found: PostgresPackage,
  account: Account | null,
  dataFolder: string,
): Promise<PostgresPackage> {
  const reachable = (await closedParent(join(found.folder, "bin"), account)) === null;
  if (reachable && (await makeLibraryLinks(found.folder))) return found;
  const home = join(dataFolder, `postgres-${found.version}`);
  const copy = { folder: join(home, "native"), version: found.version };
  if (await exists(home)) return copy;
  const made = `${home}.new-${process.pid}`;
  await mkdir(made, { recursive: true });
  await cp(found.folder, join(made, "native"), { recursive: true, verbatimSymlinks: true });
  await chmod(made, 0o755);
  await makeLibraryLinks(join(made, "native"));
  // whoever comes second finds the first one's copy, which is the same
  await rename(made, home).catch(() => rm(made, { recursive: true, force: true }));
  return copy;
}

/** @returns the path of one of its programs */
export function program(postgres: PostgresPackage, name: "initdb" | "pg_ctl" | "postgres"): string {
  return join(postgres.folder, "bin", process.platform === "win32" ? `${name}.exe` : name);
}
