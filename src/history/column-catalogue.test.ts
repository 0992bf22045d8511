// Tests of the column catalogue against the words of its rules, and that the order of commits does not matter.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pick, type Random, seededRandom } from "../../test/helpers/seeded-random.ts";
import { sameValue } from "../domain/compare.ts";
import type { CatalogueColumn, Sha, Value } from "../domain/model.ts";
import { isMissing } from "../domain/value.ts";
import { type CatalogueCommit, type CatalogueVersion, ColumnCatalogue } from "./column-catalogue.ts";
import type { BaselineRef, VersionRef } from "./history-batch.ts";

const KEYS = ["loss", "accuracy", "note", "flag", "epoch"];
const PATHS = ["a/metrics.json", "b/metrics.json"];
const COMMITS = 300;

const oid = (number: number): Sha => number.toString(16).padStart(40, "0") as Sha;

interface History {
  readonly versions: readonly CatalogueVersion[];
  /** by falling position */
  readonly commits: readonly CatalogueCommit[];
}

function randomValue(random: Random, key: string): Value {
  if (key === "note") return pick(random, ["sgd", "adam", null, "None", "-"]);
  if (key === "flag") return random(2) === 0;
  return pick<Value>(random, [random(5), random(5) + 0.5, String(random(5)), Number.NaN, "N/A", "-", null]);
}

function version(path: string, blob: number, entries: readonly (readonly [string, Value])[] | null): CatalogueVersion {
  const document = entries && { keys: entries.map(([key]) => key), values: entries.map(([, value]) => value) };
  return { path, oid: oid(blob), reading: { document, unstableKeys: [] }, lowest: 0 };
}

/** One line of commits with two files, some versions unreadable, some commits without the file. */
function randomHistory(random: Random): History {
  const versions: CatalogueVersion[] = [];
  const commits: CatalogueCommit[] = [];
  const now = new Map<string, CatalogueVersion>();
  const readable = new Map<string, BaselineRef>();
  for (let position = 0; position < COMMITS; position++) {
    const baselines = new Map(readable);
    const before = new Set(now.keys());
    for (const path of PATHS) {
      const what = random(10);
      const known = readable.get(path);
      if (what === 0) now.delete(path);
      if (what === 0 && known !== undefined) readable.set(path, { ...known, returned: true });
      if (what > 5) {
        const keys = random(4) === 0 ? KEYS.filter(() => random(3) > 0) : KEYS;
        const entries = keys.map((key) => [key, randomValue(random, key)] as const);
        const made = version(path, versions.length + 1, random(12) === 0 ? null : entries);
        versions.push(made);
        now.set(path, made);
      }
      const current = now.get(path);
      if (current !== undefined && current.reading.document !== null)
        readable.set(path, { version: current, position });
    }
    const files = PATHS.flatMap((path) => now.get(path) ?? []);
    const gone = [...before].filter((path) => !now.has(path));
    const removed = gone.map((path) => ({ path, baseline: baselines.get(path) ?? null }));
    commits.push({ position, files, baselines: files.map(({ path }) => baselines.get(path) ?? null), removed });
  }
  return { versions, commits: commits.toReversed() };
}

/** Reads the rules word by word, one column at a time. */
function slowColumn(history: History, path: string, key: string): Partial<CatalogueColumn> {
  const byOid = new Map(history.versions.map((each) => [each.oid, each]));
  const valueIn = (ref: VersionRef | undefined): Value | undefined => {
    const document = ref && byOid.get(ref.oid)?.reading.document;
    const index = document ? document.keys.indexOf(key) : -1;
    return index < 0 ? undefined : document?.values[index];
  };
  const rows = history.commits.flatMap(({ position, files, baselines, removed = [] }) => {
    const index = files.findIndex((file) => file.path === path);
    const gone = removed.find((each) => each.path === path);
    const baseline = index < 0 ? gone?.baseline : baselines[index];
    const isRead = index < 0 ? gone !== undefined : byOid.get(files[index]?.oid as Sha)?.reading.document !== null;
    const value = valueIn(files[index]);
    return [{ position, value, baseline, before: valueIn(baseline?.version), isRead }];
  });
  const present = rows.filter(({ value }) => value !== undefined);
  const heldAs = (value: Value): Value => (key !== "note" && isMissing(value) ? null : value);
  const changed = rows.filter(({ value: now = null, before: past = null, baseline, isRead }) => {
    const [value, before] = [heldAs(now), heldAs(past)];
    if (!isRead || baseline == null) return false;
    return value === null && baseline.returned === true ? false : !sameValue(value, before);
  });
  const best = present.reduce<{ value: number; position: number } | null>((found, { position, value }) => {
    const number = typeof value === "string" ? Number.parseFloat(value) : value;
    if (typeof number !== "number" || !Number.isFinite(number)) return found;
    const better = found === null || (key === "loss" ? number < found.value : number > found.value);
    return better || number === found.value ? { value: number, position } : found;
  }, null);
  return {
    firstPosition: present.at(-1)?.position as number,
    lastPosition: present[0]?.position as number,
    changes: changed.length,
    recentChanges: changed.filter(({ position }) => position >= COMMITS - 200).length,
    lastChangedPosition: changed[0]?.position ?? null,
    ...(key === "loss" || key === "accuracy"
      ? { bestValue: best?.value ?? null, bestPosition: best?.position ?? null }
      : { bestValue: null }),
  };
}

function catalogueOf(history: History, parts: readonly (readonly CatalogueCommit[])[]): CatalogueColumn[] {
  const catalogue = new ColumnCatalogue({ newestPosition: COMMITS - 1 });
  parts.forEach((commits, index) => catalogue.add(commits, index === 0 ? history.versions : []));
  return catalogue.columns();
}

for (const seed of [1, 2, 3]) {
  test(`ColumnCatalogue.columns() follows its rules, seed ${seed}`, () => {
    const history = randomHistory(seededRandom(seed));
    const columns = catalogueOf(history, [history.commits]);
    assert.deepEqual(new Set(columns.map(({ path, key }) => `${path} ${key}`)).size, PATHS.length * KEYS.length);
    for (const column of columns) {
      const expected = slowColumn(history, column.path, column.key);
      const found = Object.fromEntries(
        Object.keys(expected).map((name) => [name, column[name as keyof CatalogueColumn]]),
      );
      assert.deepEqual(found, expected, column.key);
    }
  });

  test(`ColumnCatalogue.add() gives the same columns for any order and division of the commits, seed ${seed}`, () => {
    const random = seededRandom(seed + 100);
    const history = randomHistory(random);
    const expected = catalogueOf(history, [history.commits]);
    const mixed = [...history.commits].sort(() => random(3) - 1);
    const parts = Array.from({ length: 20 }, (_, part) => mixed.filter((__, index) => index % 20 === part));
    assert.deepEqual(catalogueOf(history, parts), expected);
    assert.deepEqual(catalogueOf(history, [history.commits.toReversed()]), expected);
  });
}

test("ColumnCatalogue.columns() orders by the newest version's written order, then by what only older ones have", () => {
  const old = version("m.json", 1, [
    ["gone", 1],
    ["b", 1],
    ["a", 1],
  ]);
  const now = version("m.json", 2, [
    ["a", 2],
    ["new", 2],
    ["b", 2],
  ]);
  const catalogue = new ColumnCatalogue({ newestPosition: 1 });
  catalogue.add([{ position: 1, files: [now], baselines: [{ version: old, position: 0 }] }], [now, old]);
  catalogue.add([{ position: 0, files: [old], baselines: [null] }], []);
  const columns = catalogue.columns();
  assert.deepEqual(
    columns.map(({ key, writtenOrder, changes }) => [key, writtenOrder, changes]),
    [
      ["a", 0, 1],
      ["new", 1, 1],
      ["b", 2, 1],
      ["gone", 3, 1],
    ],
  );
});

test("ColumnCatalogue marks columns whose rows could only be numbered, and has no best of a mixed column", () => {
  const first: CatalogueVersion = {
    ...version("m.json", 1, [
      ["[0].loss", 1],
      ["[1].loss", 2],
    ]),
    reading: {
      document: { keys: ["[0].loss", "[1].loss"], values: [1, "high"] },
      unstableKeys: ["[0].loss", "[1].loss"],
    },
  };
  const catalogue = new ColumnCatalogue({ newestPosition: 0 });
  catalogue.add([{ position: 0, files: [first], baselines: [null] }], [first]);
  assert.deepEqual(
    catalogue.columns().map(({ key, unstable, kind, bestValue }) => ({ key, unstable, kind, bestValue })),
    [
      { key: "[0].loss", unstable: true, kind: "number", bestValue: 1 },
      { key: "[1].loss", unstable: true, kind: "text", bestValue: null },
    ],
  );
});

test("ColumnCatalogue.add() refuses a commit whose version it was not given", () => {
  const catalogue = new ColumnCatalogue({ newestPosition: 0 });
  const unknown = { path: "m.json", oid: oid(1) };
  assert.throws(() => catalogue.add([{ position: 0, files: [unknown], baselines: [null] }], []), /no such version/);
});

test("ColumnCatalogue.forgetFrom() lets go of versions that only newer commits use", () => {
  const kept = { ...version("m.json", 1, [["a", 1]]), lowest: 3 };
  const gone = { ...version("m.json", 2, [["a", 2]]), lowest: 5 };
  const catalogue = new ColumnCatalogue({ newestPosition: 6 });
  catalogue.add([{ position: 6, files: [gone], baselines: [null] }], [kept, gone]);
  catalogue.forgetFrom(5);
  catalogue.add([{ position: 4, files: [kept], baselines: [null] }], []);
  assert.throws(() => catalogue.add([{ position: 4, files: [gone], baselines: [null] }], []), /no such version/);
});

test("ColumnCatalogue.forgetFrom() keeps a version without values for the older commits that have it", () => {
  const unreadable = { ...version("m.json", 1, null), lowest: 3 };
  const catalogue = new ColumnCatalogue({ newestPosition: 6 });
  catalogue.add([{ position: 6, files: [unreadable], baselines: [null] }], [unreadable]);
  catalogue.forgetFrom(5);
  catalogue.add([{ position: 4, files: [unreadable], baselines: [null] }], []);
  catalogue.forgetFrom(3);
  assert.throws(() => catalogue.add([{ position: 2, files: [unreadable], baselines: [null] }], []), /no such version/);
});
