// The operator replaces the key that seals secrets: everything that an older key has sealed is sealed anew, row by row.
import { isTidemarkError, TidemarkError } from "../errors.ts";
import type { Keyring } from "../keyring.ts";
import type { Database } from "../store/database.ts";
import { countWithoutKey } from "../store/held-keys.ts";
import {
  countSealedByKey,
  readSealedByOthers,
  replaceSealed,
  SEALED_COLUMNS,
  type SealedColumn,
} from "../store/sealed-secret.ts";

/** Rows that are read at a time; each is written by itself, so that nobody waits for it. */
const BATCH = 500;
/** A process that still seals with an older key adds rows behind us: what is left after so many rounds is said. */
const MAX_ROUNDS = 10;

/** What needs doing, and with what. */
export interface RotateDeps {
  readonly database: Pick<Database, "system">;
  readonly keyring: Keyring;
}

/** What became of it. */
export interface Rotation {
  /** secrets that were sealed anew */
  readonly sealed: number;
  /** secrets whose key is not on the ring, or that were changed: they stay as they are */
  readonly notOpened: number;
  /** how many secrets each key seals now, by its name */
  readonly keys: ReadonlyMap<string, number>;
}

/**
 * Makes sure that every process that runs on this database has the current key, before anything is sealed with it that
 * they have to open.
 * @throws TidemarkError `bad-setting`
 */
export async function assertHeldByAll({ database, keyring }: RotateDeps): Promise<void> {
  const [mark = ""] = keyring.marks;
  const lacking = await countWithoutKey(database.system, mark);
  if (lacking === 0) return;
  const found = "a running Tidemark that does not have this key";
  const wanted = "it in the keys of every process, second at first, and these started again (docs/keys.md); or --force";
  const attempt = "seal all secrets with the key";
  throw new TidemarkError("bad-setting", { attempt, value: keyring.currentKeyId, found, wanted });
}

/**
 * Seals every secret with the current key that is sealed with another. May be stopped and done again; nobody has to stop
 * meanwhile, as long as every process has both keys.
 */
export async function rotateSecrets(deps: RotateDeps, signal?: AbortSignal): Promise<Rotation> {
  let sealed = 0;
  let notOpened = 0;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const before = sealed;
    notOpened = 0;
    let missed = 0;
    for (const column of SEALED_COLUMNS) {
      const done = await rotateColumn(deps, column, signal);
      sealed += done.sealed;
      notOpened += done.notOpened;
      missed += done.missed;
    }
    if (sealed === before && missed === 0) break;
  }
  return { sealed, notOpened, keys: await countSealedByKey(deps.database.system) };
}

async function rotateColumn(
  { database: { system }, keyring }: RotateDeps,
  column: SealedColumn,
  signal: AbortSignal | undefined,
): Promise<{ readonly sealed: number; readonly notOpened: number; readonly missed: number }> {
  const done = { sealed: 0, notOpened: 0, missed: 0 };
  for (let after = "0"; ; ) {
    const rows = await readSealedByOthers(system, column, { keyId: keyring.currentKeyId, after, limit: BATCH });
    for (const row of rows) {
      signal?.throwIfAborted();
      const place = { table: column.table, column: column.column, ...row };
      try {
        const fresh = keyring.seal(keyring.open(row.sealed, place), place);
        // it may have become another one meanwhile: the next round sees
        if (await replaceSealed(system, column, row, fresh)) done.sealed += 1;
        else done.missed += 1;
      } catch (error) {
        if (!isTidemarkError(error, "secret-not-opened")) throw error;
        done.notOpened += 1;
      }
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < BATCH) return done;
    after = last.rowId;
  }
}
