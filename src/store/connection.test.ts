// Addresses of databases, and what is said when one does not answer.
import assert from "node:assert/strict";
import { test } from "node:test";
import { DatabaseError } from "pg";
import { isTidemarkError } from "../errors.ts";
import { Secret } from "../secrets.ts";
import cases from "./connection.cases.json" with { type: "json" };
import { databaseError, describeUrl, parseDatabaseUrl } from "./connection.ts";

for (const { name, url, ...wanted } of cases.read) {
  test(`parseDatabaseUrl() ${name}`, () => {
    const { user, password, host, port, database, ssl } = parseDatabaseUrl(Secret.of(url));
    assert.deepEqual({ user, password, host, port, database, ssl, said: describeUrl(Secret.of(url)) }, wanted);
  });
}

for (const { name, url, message } of cases.refused) {
  test(`parseDatabaseUrl() refuses ${name} by its setting without repeating it`, () => {
    assert.throws(
      () => parseDatabaseUrl(Secret.of(url, "TIDEMARK_WEB_DATABASE_URL")),
      (error) => {
        assert.ok(isTidemarkError(error, "bad-setting"));
        assert.equal(error.message, message);
        return true;
      },
    );
  });
}

test("describeUrl() says which setting an address came from", () => {
  const url = Secret.of("postgres://ada:secret-word@db/tidemark", "TIDEMARK_WORKER_DATABASE_URL");
  assert.equal(describeUrl(url), "ada@db:5432/tidemark (TIDEMARK_WORKER_DATABASE_URL)");
});

function systemError(code: string): Error {
  return Object.assign(new Error(`connect ${code} 127.0.0.1:5432`), { code });
}

function serverError(code: string, message: string): DatabaseError {
  return Object.assign(new DatabaseError(message, message.length, "error"), { code });
}

const translated: readonly (readonly [string, Error, string, string])[] = [
  ["a refused connection", systemError("ECONNREFUSED"), "database-unreachable", "nothing that listens there"],
  ["a missing socket", systemError("ENOENT"), "database-unreachable", "no socket there"],
  ["an unknown host", systemError("ENOTFOUND"), "database-unreachable", "no such host"],
  ["several refused addresses", new AggregateError([systemError("ECONNREFUSED")]), "database-unreachable", "nothing"],
  ["a wrong password", serverError("28P01", "password authentication failed"), "database-unreachable", "password auth"],
  ["an unknown database", serverError("3D000", "database x does not exist"), "database-unreachable", "does not exist"],
  ["a server that shuts down", serverError("57P01", "terminating connection"), "database-unreachable", "terminating"],
  ["a server that does not answer", new Error("timeout expired"), "database-unreachable", "no answer within 10 s"],
  ["a missing password", new Error("SASL: … client password must be a string"), "database-unreachable", "no password"],
  [
    "a server of something else",
    new Error("There was an error establishing an SSL connection"),
    "database-unreachable",
    "SSL",
  ],
  ["a cut connection", new Error("Connection terminated unexpectedly"), "database-unreachable", "terminated"],
  ["a statement that took too long", serverError("57014", "canceling statement"), "database-busy", "canceling"],
  ["a lock that did not come", serverError("55P03", "lock timeout"), "database-busy", "lock timeout"],
  ["too many connections", serverError("53300", "too many clients"), "database-busy", "too many"],
  ["a full disk", serverError("53100", "could not extend file"), "database-busy", "could not extend"],
  ["a pool without a free connection", new Error("timeout exceeded when trying to connect"), "database-busy", "10 s"],
];

for (const [name, error, code, text] of translated) {
  test(`databaseError() says ${name} in our words`, () => {
    const said = databaseError(error, "me@db:5432/tidemark");
    assert.ok(isTidemarkError(said), String(said));
    assert.equal(said.code, code);
    assert.match(said.message, new RegExp(`"me@db:5432/tidemark".*${text}`));
    assert.equal(said.cause, error);
  });
}

test("databaseError() takes whatever a server says while one connects for not being let in", () => {
  const said = databaseError(serverError("42501", 'permission denied for database "x"'), "me@db:5432/x", true);
  assert.ok(isTidemarkError(said, "database-unreachable"), String(said));
});

test("databaseError() leaves an error about a statement as it came", () => {
  const error = serverError("23505", "duplicate key");
  assert.equal(databaseError(error, "x"), error);
});
