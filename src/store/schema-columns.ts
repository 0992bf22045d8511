// The column types of the schema that several tables share.
import { sql } from "drizzle-orm";
import { bigint, customType, timestamp } from "drizzle-orm/pg-core";

/** Raw bytes: object ids, names as Git knows them. */
export const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => "bytea" });

/** An id that leaves the store as text. */
export const id = (name: string) => bigint(name, { mode: "bigint" });

/** A position, ordinal, number or count: always within 2^53. */
export const count = (name: string) => bigint(name, { mode: "number" });

/** A moment, kept with its zone. */
export const at = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });

/** The default of a column that says when its row was made. */
export const now = sql`now()`;
