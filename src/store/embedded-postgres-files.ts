// The files of the embedded Postgres: made once and whole, refused when another version made them.
import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TidemarkError } from "../errors.ts";
import { POSTGRES_MAJOR } from "./embedded-postgres-binaries.ts";
import { type PostgresAddress, type PostgresPlace, freePort, runProgram } from "./embedded-postgres-process.ts";
import { isAlive } from "./postmaster-file.ts";

/** Who can sign in to the embedded Postgres. `admin` is its superuser: used to make the others, never at work. */
export const ROLES = {
  admin: "tidemark",
  owner: "tidemark_owner",
  web: "tidemark_web",
  worker: "tidemark_worker",
} as const;

/** Their passwords, kept beside Postgres' files, readable for their owner only. */
export type Passwords = Readonly<Record<keyof typeof ROLES, string>>;

const PASSWORD_FILE = "tidemark.passwords.json";
const PASSWORD_BYTES = 24;
/** What `mkdtemp()` puts behind its prefix. */
const RANDOM_CHARACTERS = 6;
/** The longest path of a socket, in bytes, by system. */
const MAX_SOCKET_BYTES = process.platform === "darwin" ? 103 : 107;
/** The port in a socket's name: what psql asks for when nobody says. */
const SOCKET_PORT = 5432;

/** @returns the name of the folder with Postgres' files of one major version */
export const filesFolder = (dataFolder: string, major: number = POSTGRES_MAJOR): string =>
  join(dataFolder, `pg${major}`);

/**
 * Refuses files of another major version: the server would, and starting an empty one beside them would look like loss.
 * @throws TidemarkError `data-folder`
 */
export async function refuseOtherVersions(dataFolder: string): Promise<void> {
  const inside = await readFile(join(filesFolder(dataFolder), "PG_VERSION"), "utf8").catch(() => null);
  const beside = (await readdir(dataFolder)).flatMap((name) => /^pg(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  const version = inside?.trim() ?? beside.find((major) => major !== POSTGRES_MAJOR);
  if (version === undefined || String(version) === String(POSTGRES_MAJOR)) return;
  const newer = Number(version) > POSTGRES_MAJOR;
  const where = JSON.stringify(filesFolder(dataFolder, inside === null ? Number(version) : POSTGRES_MAJOR));
  const kept = "which stay as they are: start the Tidemark that made them";
  // a dump of a newer server is for that one or newer ones
  const moved = newer
    ? ""
    : `; or, while that one runs, dump its database with pg_dump ${version} or newer and restore that as docs/postgres-versions.md says`;
  throw new TidemarkError("data-folder", {
    attempt: "use the data folder",
    value: dataFolder,
    found: `files of Postgres ${version}, which ${newer ? "a newer" : "an older"} Tidemark made, in ${where}`,
    wanted:
      `files of Postgres ${POSTGRES_MAJOR} instead of these, ${kept}${moved}; ` +
      "or name an empty folder by --data or TIDEMARK_DATA and add the repositories again",
  });
}

/**
 * Makes Postgres' files where there are none: in a folder of another name, renamed when whole, so that a crash leaves
 * nothing half made and of two first starts one wins.
 */
export async function makeFiles(place: PostgresPlace): Promise<void> {
  if ((await readdir(place.files).catch(() => [])).length > 0) return;
  await removeHalfMade(place.dataFolder);
  const made = await mkdtemp(`${place.files}.new-${process.pid}-`);
  const passwordFile = `${made}.password`;
  const passwords = Object.fromEntries(
    Object.keys(ROLES).map((name) => [name, randomBytes(PASSWORD_BYTES).toString("base64url")]),
  ) as Passwords;
  try {
    await give(place, made);
    await writeFile(passwordFile, `${passwords.admin}\n`, { mode: 0o600, flag: "wx" });
    await give(place, passwordFile);
    await initialise(place, made, passwordFile);
    const kept = join(made, PASSWORD_FILE);
    await writeFile(kept, `${JSON.stringify(passwords, null, 2)}\n`, { mode: 0o600, flag: "wx" });
    await give(place, kept);
    await rename(made, place.files);
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    if (!isTaken(error)) throw error;
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function initialise(place: PostgresPlace, folder: string, passwordFile: string): Promise<void> {
  const { code, said } = await runProgram(place, "initdb", [
    `--pgdata=${folder}`,
    `--username=${ROLES.admin}`,
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    // Postgres' own collation: the same on every machine, so that a folder moved to another one keeps valid indexes
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
  ]);
  if (code === 0) return;
  throw new TidemarkError("data-folder", {
    attempt: "make a database in",
    value: place.dataFolder,
    found: said.trim().split("\n").slice(-2).join(" / "),
    wanted: "a folder that can be written, on a disk with 100 MB free",
  });
}

/** Whether a rename failed because another process has made the folder meanwhile. */
function isTaken(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return code === "ENOTEMPTY" || code === "EEXIST" || code === "EPERM";
}

/** Removes what a killed first start left: its pid is in the name. */
async function removeHalfMade(dataFolder: string): Promise<void> {
  for (const name of await readdir(dataFolder)) {
    const pid = Number(/^pg\d+\.new-(\d+)-/.exec(name)?.[1] ?? 0);
    if (pid !== 0 && pid !== process.pid && !isAlive(pid)) {
      await rm(join(dataFolder, name), { recursive: true, force: true });
    }
  }
}

async function give({ account }: PostgresPlace, path: string): Promise<void> {
  if (account !== null) await chown(path, account.uid, account.gid);
}

/** @returns the passwords that were made with the files. @throws TidemarkError `data-folder` when they are gone */
export async function readPasswords(files: string): Promise<Passwords> {
  const path = join(files, PASSWORD_FILE);
  try {
    return JSON.parse(await readFile(path, "utf8")) as Passwords;
  } catch (error) {
    throw new TidemarkError(
      "data-folder",
      {
        attempt: "read the passwords of the database from",
        value: path,
        found: error instanceof Error ? error.message : String(error),
        wanted: "the file that was made with the database",
      },
      { cause: error },
    );
  }
}

/**
 * Chooses where a new server listens: a socket in the data folder; where that path would be too long a short folder for
 * temporary files; where that is too long as well, or there are no sockets, a free port of 127.0.0.1.
 */
export async function chooseAddress(place: PostgresPlace, runtimeFolder: string): Promise<PostgresAddress> {
  if (process.platform === "win32") return { socketFolder: null, port: await freePort() };
  const usual = join(place.dataFolder, "socket");
  if (socketFits(usual)) {
    await mkdir(usual, { recursive: true });
    await chmod(usual, 0o700);
    await give(place, usual);
    return { socketFolder: usual, port: SOCKET_PORT };
  }
  const prefix = join(runtimeFolder, "tidemark-");
  if (!socketFits(`${prefix}${"-".repeat(RANDOM_CHARACTERS)}`)) return { socketFolder: null, port: await freePort() };
  const short = await mkdtemp(prefix);
  await give(place, short);
  return { socketFolder: short, port: SOCKET_PORT };
}

function socketFits(folder: string): boolean {
  return Buffer.byteLength(join(folder, `.s.PGSQL.${SOCKET_PORT}`)) <= MAX_SOCKET_BYTES;
}
