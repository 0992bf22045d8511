// Tests of the settings that say where the archive lies.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ArchivePlace, parseArchivePlace, type S3Place } from "./archive-place.ts";

const s3 = (more: Readonly<Record<string, string>> = {}): ArchivePlace | null =>
  parseArchivePlace({ TIDEMARK_ARCHIVE: "s3://bucket/some/prefix", ...more });

test("parseArchivePlace() takes a folder's whole path, and nothing where nothing is set", () => {
  assert.equal(parseArchivePlace({}), null);
  assert.equal(parseArchivePlace({ TIDEMARK_ARCHIVE: "" }), null);
  assert.deepEqual(parseArchivePlace({ TIDEMARK_ARCHIVE: "/srv/archive/" }), {
    kind: "folder",
    folder: "/srv/archive",
  });
});

test("parseArchivePlace() takes a bucket of Amazon's own, whose region and keys the usual chain gives", () => {
  const usual = { kind: "s3", bucket: "bucket", endpoint: null, region: null, pathStyle: false, keys: null };
  assert.deepEqual(s3(), { ...usual, prefix: "some/prefix" });
  for (const text of ["s3://bucket", "s3://bucket/", "S3://bucket"]) {
    assert.deepEqual(parseArchivePlace({ TIDEMARK_ARCHIVE: text }), { ...usual, prefix: "" }, text);
  }
  assert.deepEqual(parseArchivePlace({ TIDEMARK_ARCHIVE: "s3://my.bucket/a/" }), {
    ...usual,
    bucket: "my.bucket",
    prefix: "a",
  });
});

test("parseArchivePlace() takes another server, by path and without a region unless told otherwise", () => {
  const endpoint = { TIDEMARK_ARCHIVE_S3_ENDPOINT: "http://10.0.0.5:9000/" };
  const { kind, prefix, bucket, ...rest } = s3(endpoint) as S3Place;
  assert.deepEqual([kind, bucket, prefix], ["s3", "bucket", "some/prefix"]);
  assert.deepEqual(rest, { endpoint: "http://10.0.0.5:9000", region: "us-east-1", pathStyle: true, keys: null });
  const other = { TIDEMARK_ARCHIVE_S3_REGION: "fr-par", TIDEMARK_ARCHIVE_S3_PATH_STYLE: "0" };
  const { region, pathStyle } = s3({ ...endpoint, ...other }) as S3Place;
  assert.deepEqual([region, pathStyle], ["fr-par", false]);
});

test("parseArchivePlace() wraps both keys, and tells of one alone", () => {
  const accessKey = "canary-access-0123456789";
  const secretKey = "canary-secret-0123456789";
  const both = { TIDEMARK_ARCHIVE_S3_ACCESS_KEY: accessKey, TIDEMARK_ARCHIVE_S3_SECRET_KEY: secretKey };
  const place = s3(both) as S3Place;
  assert.ok(!JSON.stringify(place).includes("canary"));
  assert.equal(place.keys?.secretKey.length, secretKey.length);
  for (const [name, text] of Object.entries(both)) {
    const wrong = [() => s3({ [name]: text }), () => s3({ ...both, [name]: `${text} ` })];
    for (const each of wrong) {
      assert.throws(each, (error: Error & { code?: string }) => {
        assert.equal(error.code, "bad-setting");
        assert.ok(!error.message.includes("canary"), error.message);
        return true;
      });
    }
  }
});

test("parseArchivePlace() refuses what is no place, and repeats no login", () => {
  const wrong: readonly Readonly<Record<string, string>>[] = [
    { TIDEMARK_ARCHIVE: "archive" },
    { TIDEMARK_ARCHIVE: "./archive" },
    { TIDEMARK_ARCHIVE: "/" },
    { TIDEMARK_ARCHIVE: "//" },
    { TIDEMARK_ARCHIVE: "/srv/\0" },
    { TIDEMARK_ARCHIVE: "https://ada:hunter2@bucket" },
    { TIDEMARK_ARCHIVE: "file:///srv/archive" },
    { TIDEMARK_ARCHIVE: "s3:" },
    { TIDEMARK_ARCHIVE: "s3:bucket/prefix" },
    { TIDEMARK_ARCHIVE: "s3:///prefix" },
    { TIDEMARK_ARCHIVE: "s3://Bucket" },
    { TIDEMARK_ARCHIVE: "s3://ada:hunter2@bucket" },
    { TIDEMARK_ARCHIVE: "s3://bucket/a//b" },
    { TIDEMARK_ARCHIVE: "s3://bucket/../b" },
    { TIDEMARK_ARCHIVE: "s3://bucket/a b" },
    { TIDEMARK_ARCHIVE: `s3://bucket/${"a".repeat(513)}` },
    { TIDEMARK_ARCHIVE_S3_REGION: "fr-par" },
    { TIDEMARK_ARCHIVE: "/srv/archive", TIDEMARK_ARCHIVE_S3_ENDPOINT: "https://s3.example.org" },
    ...["s3.example.org", "s3.example.org:9000", "ftp://s3.example.org", "https://ada:hunter2@s3.example.org"]
      .concat(["https://s3.example.org/?a=b", "https://s3.example.org/#a"])
      .map((text) => ({ TIDEMARK_ARCHIVE: "s3://bucket", TIDEMARK_ARCHIVE_S3_ENDPOINT: text })),
    { TIDEMARK_ARCHIVE: "s3://bucket", TIDEMARK_ARCHIVE_S3_REGION: "Frankfurt am Main" },
    { TIDEMARK_ARCHIVE: "s3://bucket", TIDEMARK_ARCHIVE_S3_PATH_STYLE: "yes" },
  ];
  for (const env of wrong) {
    assert.throws(
      () => parseArchivePlace(env),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, "bad-setting", JSON.stringify(env));
        assert.ok(!error.message.includes("hunter2"), error.message);
        return true;
      },
      JSON.stringify(env),
    );
  }
});
