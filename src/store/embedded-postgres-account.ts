// The account that the embedded Postgres runs as: Postgres refuses root, so root chooses another one for it.
import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { TidemarkError } from "../errors.ts";

/** An account of this system. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Who runs Postgres when root starts Tidemark: an account of its own, Postgres' own, or the one that owns nothing. */
const PREFERRED = ["tidemark", "postgres", "nobody"] as const;

function parsePasswd(text: string): Account[] {
  return text.split("\n").flatMap((line) => {
    const [name = "", , uid, gid] = line.split(":");
    return name !== "" && /^\d+$/.test(uid ?? "") && /^\d+$/.test(gid ?? "")
      ? [{ name, uid: Number(uid), gid: Number(gid) }]
      : [];
  });
}

/**
 * Chooses the account: null (as we are) unless we are root; for an existing folder of Postgres always its owner.
 * @param folder where Postgres' files are or will be
 * @throws TidemarkError `data-folder` when they belong to an account that we cannot be
 */
export async function postgresAccount(folder: string): Promise<Account | null> {
  const ours = process.getuid?.();
  if (ours === undefined) return null;
  const owner = await stat(folder).then(
    (found) => found,
    () => null,
  );
  if (ours !== 0) {
    if (owner === null || owner.uid === ours) return null;
    throw new TidemarkError("data-folder", {
      attempt: "use the data folder",
      value: folder,
      found: `files of the account with uid ${owner.uid}`,
      wanted: `files of this account (uid ${ours}), or another folder by --data or TIDEMARK_DATA`,
    });
  }
  const accounts = parsePasswd(await readFile("/etc/passwd", "utf8").catch(() => ""));
  if (owner !== null && owner.uid !== 0) {
    const known = accounts.find(({ uid }) => uid === owner.uid);
    return known ?? { name: `uid ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  }
  const chosen = PREFERRED.map((name) => accounts.find((account) => account.name === name)).find(Boolean);
  if (owner === null && chosen !== undefined) return chosen;
  throw new TidemarkError("data-folder", {
    attempt: "start Postgres as root in",
    value: folder,
    found: owner === null ? "none of the accounts tidemark, postgres, nobody" : "a folder that belongs to root",
    wanted: owner === null ? "one of them in /etc/passwd: Postgres refuses to run as root" : "one that Tidemark made",
  });
}

/** @returns the first folder on the way to `path` that `account` may not pass, with its mode, or null */
export async function closedParent(path: string, account: Account | null): Promise<string | null> {
  if (account === null) return null;
  const parents: string[] = [];
  for (let parent = path; ; parent = dirname(parent)) {
    parents.unshift(parent);
    if (parent === dirname(parent)) break;
  }
  for (const parent of parents) {
    const found = await stat(parent);
    const shift = found.uid === account.uid ? 6 : found.gid === account.gid ? 3 : 0;
    if (((found.mode >> shift) & 1) === 0)
      return `${JSON.stringify(parent)} with mode 0${(found.mode & 0o777).toString(8)}`;
  }
  return null;
}

/** @throws TidemarkError `data-folder`, naming the folder on the way to `path` that the account may not pass */
export async function assertPassable(path: string, account: Account | null): Promise<void> {
  const closed = await closedParent(path, account);
  if (closed === null || account === null) return;
  throw new TidemarkError("data-folder", {
    attempt: "start Postgres in",
    value: path,
    found: `the folder ${closed}, which its account ${account.name} cannot pass`,
    wanted:
      "a way that others may pass (chmod o+x), or another folder by --data or TIDEMARK_DATA: Postgres does not run as root",
  });
}
