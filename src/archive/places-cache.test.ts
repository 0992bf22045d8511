// Places of archived commits are kept for one version of a repository, as many as fit.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { OrganizationId, RepositoryId } from "../domain/model.ts";
import type { ArchivedPlaces } from "../store/archived-places.ts";
import { PlacesCache, type PlacesOf } from "./places-cache.ts";

const SIZE = 100;

function placesOf(repository: string, version: number): PlacesOf {
  return { organization: "1" as OrganizationId, repository: repository as RepositoryId, version, hotFrom: SIZE };
}

function makePlaces(): ArchivedPlaces {
  const list = (): Int32Array => new Int32Array(SIZE);
  return { firstParents: list(), ordinals: list(), lines: list(), unreachable: new Set() };
}

test("PlacesCache gives what it has of a version, and reads another version", async () => {
  const cache = new PlacesCache(10_000);
  let reads = 0;
  const ask = (of: PlacesOf): Promise<ArchivedPlaces> =>
    cache.read(of, () => {
      reads += 1;
      return Promise.resolve(makePlaces());
    });
  const first = await ask(placesOf("1", 1));
  assert.equal(await ask(placesOf("1", 1)), first);
  assert.equal(reads, 1);
  assert.notEqual(await ask(placesOf("1", 2)), first);
  assert.notEqual(await ask({ ...placesOf("1", 2), hotFrom: SIZE + 1 }), first);
  assert.equal(reads, 3);
});

test("PlacesCache holds no more bytes than it may, and drops what was asked for longest ago", async () => {
  const cache = new PlacesCache(2 * 1_700);
  const asked: string[] = [];
  const ask = (repository: string): Promise<ArchivedPlaces> =>
    cache.read(placesOf(repository, 1), () => {
      asked.push(repository);
      return Promise.resolve(makePlaces());
    });
  for (const repository of ["1", "2", "1", "3", "1", "2"]) await ask(repository);
  assert.deepEqual(asked, ["1", "2", "3", "2"]);
  assert.ok(cache.bytes <= 2 * 1_700);
  const small = new PlacesCache(100);
  await small.read(placesOf("1", 1), () => Promise.resolve(makePlaces()));
  assert.equal(small.bytes, 0);
});
