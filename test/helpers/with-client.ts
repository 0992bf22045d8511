// One connection to a test's Postgres, for as long as something is done with it.
import { Client } from "pg";
import type { Secret } from "../../src/secrets.ts";
import { parseDatabaseUrl } from "../../src/store/connection.ts";

/** Connects, has something done, and ends the connection whatever came of it. @returns what was done */
export async function withClient<T>(url: Secret, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(parseDatabaseUrl(url));
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
