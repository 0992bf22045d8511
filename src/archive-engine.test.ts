// Tries the settings of each engine, and what is said of those that cannot be.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseArchiveEngine } from "./archive-engine.ts";
import { type ArchivePlace, parseArchivePlace } from "./archive-place.ts";

const folder: ArchivePlace = { kind: "folder", folder: "/srv/archive" };
const s3 = parseArchivePlace({ TIDEMARK_ARCHIVE: "s3://bucket/prefix", TIDEMARK_ARCHIVE_S3_REGION: "eu-central-1" });

test("parseArchiveEngine() takes DuckDB unless another engine is named", () => {
  assert.deepEqual(parseArchiveEngine({}, null), { kind: "duckdb" });
  assert.deepEqual(parseArchiveEngine({ TIDEMARK_ARCHIVE_ENGINE: "" }, folder), { kind: "duckdb" });
  assert.deepEqual(parseArchiveEngine({ TIDEMARK_ARCHIVE_ENGINE: "duckdb" }, s3), { kind: "duckdb" });
});

test("parseArchiveEngine() reads what Trino needs", () => {
  const env = { TIDEMARK_ARCHIVE_ENGINE: "trino", TIDEMARK_TRINO_URL: "https://trino.example.org:8443/" };
  assert.deepEqual(parseArchiveEngine(env, s3), {
    kind: "trino",
    url: "https://trino.example.org:8443",
    user: "tidemark",
    password: null,
    catalog: "hive",
    schema: "tidemark",
    location: null,
  });
  const more = {
    TIDEMARK_TRINO_USER: "ada",
    TIDEMARK_TRINO_PASSWORD: "a password of a test",
    TIDEMARK_TRINO_CATALOG: "lake",
    TIDEMARK_TRINO_SCHEMA: "metrics",
    TIDEMARK_TRINO_LOCATION: "s3a://bucket/prefix",
  };
  const choice = parseArchiveEngine({ ...env, ...more }, s3);
  assert.ok(choice.kind === "trino");
  assert.equal(choice.password?.reveal(), "a password of a test");
  assert.deepEqual(
    [choice.user, choice.catalog, choice.schema, choice.location],
    ["ada", "lake", "metrics", "s3a://bucket/prefix/"],
  );
});

test("parseArchiveEngine() reads what Athena needs", () => {
  const env = { TIDEMARK_ARCHIVE_ENGINE: "athena", TIDEMARK_ATHENA_WORKGROUP: "tidemark" };
  const usual = { kind: "athena", workgroup: "tidemark", output: null, region: "eu-central-1", database: "tidemark" };
  assert.deepEqual(parseArchiveEngine(env, s3), usual);
  const more = {
    TIDEMARK_ATHENA_OUTPUT: "s3://results/x/",
    TIDEMARK_ATHENA_REGION: "us-east-1",
    TIDEMARK_ATHENA_DATABASE: "lake",
  };
  const choice = { ...usual, output: "s3://results/x/", region: "us-east-1", database: "lake" };
  assert.deepEqual(parseArchiveEngine({ ...env, ...more }, s3), choice);
});

test("parseArchiveEngine() says what is wrong, and repeats no login", () => {
  const trino = { TIDEMARK_ARCHIVE_ENGINE: "trino", TIDEMARK_TRINO_URL: "http://trino:8080" };
  const athena = { TIDEMARK_ARCHIVE_ENGINE: "athena", TIDEMARK_ATHENA_WORKGROUP: "w" };
  const otherS3 = parseArchivePlace({
    TIDEMARK_ARCHIVE: "s3://bucket",
    TIDEMARK_ARCHIVE_S3_ENDPOINT: "https://s3.example.org",
  });
  const cases: readonly [Record<string, string>, ArchivePlace | null, RegExp][] = [
    [{ TIDEMARK_ARCHIVE_ENGINE: "spark" }, s3, /_ENGINE": found "spark", wanted one of duckdb, trino, athena/],
    [{ TIDEMARK_ARCHIVE_ENGINE: "duckdb" }, null, /_ENGINE": found no TIDEMARK_ARCHIVE beside it/],
    [{ TIDEMARK_TRINO_URL: "http://trino" }, s3, /TRINO_URL": found no TIDEMARK_ARCHIVE_ENGINE=trino beside it/],
    [{ ...trino, TIDEMARK_ATHENA_WORKGROUP: "w" }, s3, /WORKGROUP": found no TIDEMARK_ARCHIVE_ENGINE=athena beside it/],
    [{ TIDEMARK_ARCHIVE_ENGINE: "trino" }, s3, /TRINO_URL": found nothing, wanted the address of a Trino server/],
    [{ ...trino, TIDEMARK_TRINO_URL: "https://ada:hunter2@trino" }, s3, /TRINO_URL": found a login, wanted/],
    [{ ...trino, TIDEMARK_TRINO_URL: "trino:8080" }, s3, /TRINO_URL": found "trino:8080", wanted/],
    [{ ...trino, TIDEMARK_TRINO_URL: "https://trino/ui" }, s3, /TRINO_URL": found "https:\/\/trino\/ui", wanted/],
    [{ ...trino, TIDEMARK_TRINO_PASSWORD: "hunter2" }, s3, /PASSWORD": found an address without https/],
    [{ ...trino, TIDEMARK_TRINO_CATALOG: "a b" }, s3, /CATALOG": found "a b", wanted a name/],
    [{ ...trino, TIDEMARK_TRINO_LOCATION: "s3://a@b" }, s3, /LOCATION": found no such place/],
    [athena, folder, /_ENGINE": found an archive that is not in S3/],
    [athena, otherS3, /_ENGINE": found TIDEMARK_ARCHIVE_S3_ENDPOINT beside it/],
    [{ ...athena, TIDEMARK_ATHENA_WORKGROUP: "" }, s3, /WORKGROUP": found nothing/],
    [{ ...athena, TIDEMARK_ATHENA_OUTPUT: "bucket" }, s3, /OUTPUT": found "bucket", wanted "s3:/],
    [{ ...athena, TIDEMARK_ATHENA_REGION: "Frankfurt!" }, s3, /REGION": found "Frankfurt!"/],
  ];
  for (const [env, place, message] of cases) {
    assert.throws(
      () => parseArchiveEngine(env, place),
      (error: { code: string; message: string }) => {
        assert.equal(error.code, "bad-setting");
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      },
    );
  }
});
