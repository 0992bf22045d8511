// Tests of the search of the list of repositories.
import assert from "node:assert/strict";
import { test } from "node:test";
import { searchRepositories } from "./repository-search.ts";

const LIST = [
  { name: "trynova/nova", url: "https://github.com/trynova/nova" },
  { name: "Fastify/benchmarks", url: "https://gitlab.com/fastify/benchmarks" },
  { name: "demo", url: null },
];

for (const { search, names } of [
  { search: "", names: ["trynova/nova", "Fastify/benchmarks", "demo"] },
  { search: "  ", names: ["trynova/nova", "Fastify/benchmarks", "demo"] },
  { search: "fast", names: ["Fastify/benchmarks"] },
  { search: "NOVA try", names: ["trynova/nova"] },
  { search: "gitlab", names: ["Fastify/benchmarks"] },
  { search: "demo fast", names: [] },
]) {
  test(`searchRepositories() for "${search}"`, () => {
    assert.deepEqual(
      searchRepositories(LIST, search).map(({ name }) => name),
      names,
    );
  });
}
