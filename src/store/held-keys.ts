// Which keys the processes that run now have: each says it in the name of the connection that hears of changes.
import { KEYS_NAME } from "./change-listener.ts";
import type { SystemReader } from "./database.ts";

// A name is seen by every account, unlike most of what Postgres tells of connections.
const LISTENERS = `
  SELECT application_name AS name FROM pg_stat_activity
  WHERE datname = current_database() AND starts_with(application_name, $1)`;

/**
 * @param mark of the key
 * @returns how many connections there are of processes that run and lack a key: a process has one for its pages and one
 *   for its worker
 */
export async function countWithoutKey(system: SystemReader, mark: string): Promise<number> {
  const rows = await system.query<{ name: string }>(LISTENERS, [KEYS_NAME]);
  return rows.filter(({ name }) => !marksIn(name.slice(KEYS_NAME.length), mark.length).includes(mark)).length;
}

function marksIn(text: string, length: number): string[] {
  return Array.from({ length: Math.floor(text.length / length) }, (_, index) =>
    text.slice(index * length, (index + 1) * length),
  );
}
