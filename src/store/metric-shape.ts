// Shapes: the sorted keys of a flattened document, stored once for all versions that share them.
import { createHash } from "node:crypto";
import type { RepositoryId } from "../domain/model.ts";
import type { Reader, Transaction } from "./database.ts";
import { builtRows, type RowOwner } from "./copy-rows.ts";

const COLUMNS = ["organization_id", "repository_id", "number", "hash", "keys"] as const;

/** A shape as it is stored. */
export interface NewShape {
  readonly number: number;
  /** SHA-256 of the sorted keys, hex */
  readonly hash: string;
  /** sorted by code point */
  readonly keys: readonly string[];
}

/** @returns SHA-256 of sorted keys, hex: each after its length, so that no two lists are written alike */
export function shapeHashOf(sorted: readonly string[]): string {
  return createHash("sha256")
    .update(sorted.map((key) => `${key.length}:${key}`).join(""))
    .digest("hex");
}

/** Builds the rows of shapes, for `copyShapes()`. */
export function shapeRows(owner: RowOwner, shapes: Iterable<NewShape>): Buffer[] {
  return builtRows(owner, shapes, (row, shape) => {
    row.number(shape.number).hex(shape.hash).textArray(shape.keys).endRow();
  });
}

/** Copies new shapes in. @param rows of `shapeRows()` */
export async function copyShapes(tx: Transaction, rows: Iterable<Buffer>): Promise<void> {
  await tx.copyText("metric_shape", COLUMNS, rows);
}

const NUMBERS = `
  SELECT number, encode(hash, 'hex') AS hash FROM metric_shape
  WHERE organization_id = $1 AND repository_id = $2`;

/** @returns the number of each stored shape, by the hex digits of its hash */
export async function readShapeNumbers(reader: Reader, repository: RepositoryId): Promise<Map<string, number>> {
  const rows = await reader.query<{ number: number; hash: string }>(NUMBERS, [repository]);
  return new Map(rows.map((row) => [row.hash, row.number]));
}

const BY_HASH = `
  SELECT number, encode(hash, 'hex') AS hash FROM metric_shape
  WHERE organization_id = $1 AND repository_id = $2 AND hash = ANY($3::bytea[])`;

/** @returns the numbers of those shapes among these that are stored, by the hex digits of the hash */
export async function findShapeNumbers(
  reader: Reader,
  repository: RepositoryId,
  hashes: readonly string[],
): Promise<Map<string, number>> {
  const bytes = hashes.map((hash) => Buffer.from(hash, "hex"));
  const rows = await reader.query<{ number: number; hash: string }>(BY_HASH, [repository, bytes]);
  return new Map(rows.map((row) => [row.hash, row.number]));
}

const DELETE_ALL = `DELETE FROM metric_shape WHERE organization_id = $1 AND repository_id = $2`;

/** Removes all shapes, after all versions: an import starts anew. */
export async function deleteShapes(tx: Transaction, repository: RepositoryId): Promise<void> {
  await tx.query(DELETE_ALL, [repository]);
}
