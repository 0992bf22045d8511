// Counts the rows that statements walk, by the plans that Postgres really ran, and takes back what those changed.
import type { OrganizationId } from "../../src/domain/model.ts";
import type { Database, SystemReader, Transaction } from "../../src/store/database.ts";

interface Plan {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly "Rows Removed by Index Recheck"?: number;
  readonly Plans?: readonly Plan[];
}

/** Rows that were looked at, by table: also those that a filter left out. */
export type WalkedRows = Record<string, number>;

function add(plan: Plan, walked: WalkedRows): void {
  const table = plan["Relation Name"];
  if (table !== undefined && plan["Node Type"].endsWith("Scan")) {
    const left = (plan["Rows Removed by Filter"] ?? 0) + (plan["Rows Removed by Index Recheck"] ?? 0);
    walked[table] = (walked[table] ?? 0) + Math.round((plan["Actual Rows"] + left) * plan["Actual Loops"]);
  }
  for (const part of plan.Plans ?? []) add(part, walked);
}

class TakenBack extends Error {}

/**
 * @param organization whose statements those of `work` are, $1 of each; null: those over all organisations
 * @returns what they walk; nothing that they change stays
 */
export async function walkedRows(
  { owner }: Pick<Database, "owner">,
  organization: OrganizationId | null,
  work: (tx: Transaction) => Promise<unknown>,
): Promise<WalkedRows> {
  const walked: WalkedRows = {};
  const run = owner.write(async (tx) => {
    const query: SystemReader["query"] = async (statement, values = []) => {
      const text = typeof statement === "string" ? statement : statement.text;
      const given = organization === null ? values : [organization, ...values];
      await tx.query("SAVEPOINT walked");
      const [row] = await tx.query<{ "QUERY PLAN": { Plan: Plan }[] }>(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, given);
      add(row?.["QUERY PLAN"][0]?.Plan as Plan, walked);
      await tx.query("ROLLBACK TO walked");
      return tx.query(statement, given);
    };
    await work({ organizationId: organization ?? "", query } as Transaction);
    throw new TakenBack();
  });
  await run.catch((error: unknown) => {
    if (!(error instanceof TakenBack)) throw error;
  });
  return walked;
}
