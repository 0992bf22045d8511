// The migrations of this Tidemark, as they lie in their folder: numbered, each with its way back.
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TidemarkError } from "../errors.ts";

/** The folder that comes with this Tidemark. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL("../../migrations", import.meta.url));

/** One step of the schema and its way back. */
export interface Migration {
  /** from 1, without gaps */
  readonly number: number;
  /** "init_database" */
  readonly name: string;
  /** the folder's name: "0001_init_database" */
  readonly label: string;
  readonly up: string;
  readonly down: string;
  /** SHA-256 of `up`: an applied migration that was edited since is noticed */
  readonly hash: string;
}

const LABEL = /^(\d{4})_([a-z0-9_]+)$/;

function broken(value: string, found: string, wanted: string): TidemarkError {
  return new TidemarkError("migration", { attempt: "read the migrations in", value, found, wanted });
}

/** @returns the folder's name of a migration */
export function migrationLabel(number: number, name: string): string {
  return `${String(number).padStart(4, "0")}_${name}`;
}

/**
 * Reads all migrations, in order.
 * @throws TidemarkError `migration` when a number is missing or a migration has no way back
 */
export async function readMigrations(folder: string = MIGRATIONS_FOLDER): Promise<Migration[]> {
  const labels = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return Promise.all(
    labels.map(async (label, index) => {
      const [, digits = "", name = ""] = LABEL.exec(label) ?? [];
      if (Number(digits) !== index + 1) throw broken(folder, label, migrationLabel(index + 1, "…"));
      const [up, down] = await Promise.all([
        readSql(folder, label, "migration.sql"),
        readSql(folder, label, "down.sql"),
      ]);
      return { number: index + 1, name, label, up, down, hash: createHash("sha256").update(up).digest("hex") };
    }),
  );
}

async function readSql(folder: string, label: string, file: string): Promise<string> {
  try {
    // a checkout with other line ends is no edit
    return (await readFile(join(folder, label, file), "utf8")).replaceAll("\r\n", "\n");
  } catch (error) {
    throw error instanceof Error && "code" in error && error.code === "ENOENT"
      ? broken(folder, `no ${file} in ${label}`, "migration.sql and down.sql in each")
      : error;
  }
}

/** @returns why a migration cannot be taken back, or null: its down.sql then begins with `-- irreversible: <reason>` */
export function irreversible({ down }: Migration): string | null {
  return /^-- irreversible\b:?\s*(.*)/m.exec(down)?.[1] ?? null;
}
