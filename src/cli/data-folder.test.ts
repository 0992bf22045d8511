// The option --data: it says where the data folder is, and nothing of the database.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../config.ts";
import type { CommandContext } from "./context.ts";
import { withData } from "./data-folder.ts";

const env = {
  TIDEMARK_DATA: "/usual",
  DATABASE_URL: "postgres://owner:secret-word@db/tidemark",
  TIDEMARK_WEB_DATABASE_URL: "postgres://web:secret-word@db/tidemark",
};
const context = { config: () => readConfig(env, "/"), effects: { cwd: "/there" } } as CommandContext;

test("withData() puts the option's folder, from where one is, in place of TIDEMARK_DATA's", () => {
  assert.equal(withData(context, { data: "here" }).dataFolder, "/there/here");
  assert.equal(withData(context, {}).dataFolder, "/usual");
});

test("withData() takes no empty folder for the one where it stands", () => {
  assert.throws(() => withData(context, { data: "" }), {
    code: "bad-setting",
    message: 'Cannot use the setting "--data": found "", wanted a folder.',
  });
});

test("withData() keeps the addresses of an outside Postgres", () => {
  const { databaseUrl, webDatabaseUrl, workerDatabaseUrl } = withData(context, { data: "here" });
  assert.deepEqual(
    [databaseUrl, webDatabaseUrl, workerDatabaseUrl].map((url) => url && [url.name, url.reveal()]),
    [["DATABASE_URL", env.DATABASE_URL], ["TIDEMARK_WEB_DATABASE_URL", env.TIDEMARK_WEB_DATABASE_URL], null],
  );
});
