// What is told of the archiver's runs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutPlaces } from "./archive-history.ts";

for (const [problem, told] of [
  [
    'Cannot write the archive\'s object "file:///srv/a b/values/x.parquet": found no room on the disk, wanted some.',
    "Cannot write the archive's object: found no room on the disk, wanted some.",
  ],
  [
    'Cannot keep the archive in "a \\"b\\" /c": found /srv/x: EACCES, wanted rights.',
    "Cannot keep the archive in: found …: EACCES, wanted rights.",
  ],
  ["found https://s3.example.org:9000/bucket, 500 and/or none", "found …, 500 and/or none"],
  ["its history was read anew", "its history was read anew"],
] as const) {
  test(`withoutPlaces() leaves of ${problem} what people need`, () => assert.equal(withoutPlaces(problem), told));
}
