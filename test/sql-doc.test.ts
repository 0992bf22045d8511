// Every question of docs/sql.md is asked, and must be answered as the document says.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { Client, type types } from "pg";
import { parseDatabaseUrl } from "../src/store/connection.ts";
import { fillHistory } from "./helpers/filled-history.ts";
import { SQL_DEMO } from "./helpers/sql-demo.ts";
import { openTestDatabase } from "./helpers/test-database.ts";

const markdown = readFileSync(new URL("../docs/sql.md", import.meta.url), "utf8");
/** A heading, its question and the answer below it. */
const QUESTION = /^### (.+)\n(?:(?!^###)[^])*?^```sql\n([^]*?)^```\n\n^```text\n([^]*?)^```$/gm;
const questions = [...markdown.matchAll(QUESTION)].map(([, title = "", sql = "", answer = ""]) => ({
  title,
  sql,
  answer,
}));

const db = await openTestDatabase();
after(() => db.close());
await fillHistory(db.database, await db.makeOrganization(), SQL_DEMO);

/** Asks as the document does, by the web role; every cell comes as psql shows it. */
async function ask(sql: string): Promise<string[][]> {
  const asText = { getTypeParser: () => (text: string) => text } as unknown as typeof types;
  const client = new Client({ ...parseDatabaseUrl(db.webUrl), types: asText });
  await client.connect();
  try {
    await client.query("SET default_transaction_read_only = on");
    const { rows, fields } = await client.query<(string | null)[]>({ text: sql, rowMode: "array" });
    return [fields.map(({ name }) => name), ...rows.map((row) => row.map((cell) => cell ?? ""))];
  } finally {
    await client.end();
  }
}

/** Reads a table as psql writes it. */
function cells(answer: string): string[][] {
  return answer
    .trimEnd()
    .split("\n")
    .filter((line) => !/^-+(\+-+)*$/.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()));
}

test("docs/sql.md has five questions with their answers", () => {
  assert.equal(questions.length, 5);
  assert.equal(questions.length, [...markdown.matchAll(/^```sql$/gm)].length, "every question has an answer");
});

for (const { title, sql, answer } of questions) {
  test(`docs/sql.md: ${title}`, async () => {
    assert.deepEqual(await ask(sql), cells(answer));
  });
}
