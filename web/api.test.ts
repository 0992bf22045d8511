// Tests of reading answers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fetchBranches, fetchRepositories, fetchRepository, parseAnswer, problemOf } from "./api.ts";
import { onRenamed } from "./repository-names.ts";

test("parseAnswer() keeps the digits of an integer that no double holds, wherever it stands", () => {
  const long = 12_345_678_901_234_567_890n;
  for (const text of [`[${long}]`, `{"a":${long},"b":1}`, `[1, -${long} ]`, `{"a": ${long}}`]) {
    const found = JSON.stringify(parseAnswer(text), (_, value: unknown) =>
      typeof value === "bigint" ? `exactly ${value}` : value,
    );
    assert.match(found, /exactly -?12345678901234567890"/, text);
  }
});

test("parseAnswer() leaves fractions, short integers and texts as they are", () => {
  const text = '{"a":[0.12345678901234567,1e300,9007199254740991,"12345678901234567890"]}';
  assert.deepEqual(parseAnswer(text), JSON.parse(text));
});

test("a repository that is renamed while its page is open is asked for by its id, and the new name is told", async (t) => {
  const asked: string[] = [];
  let names = ["ada/losses"];
  t.mock.method(globalThis, "fetch", async (url: string) => {
    asked.push(url);
    const [, name = "", rest = ""] = /^\/api\/v1\/repositories\/?([^/]*)(.*)$/.exec(url) ?? [];
    const known = [...names, "id-1"].includes(decodeURIComponent(name)) && names.length > 0;
    if (name !== "" && !known) return Response.json({ code: "repository-not-found", detail: "No." }, { status: 404 });
    if (rest === "/branches") return Response.json({ branches: [] });
    const repository = { id: "id-1", name: names[0] };
    return Response.json(name === "" ? { repositories: [repository] } : repository);
  });
  const told: string[] = [];
  t.after(onRenamed((from, to) => told.push(`${from} -> ${to}`)));

  await fetchRepositories();
  names = ["ada/tides"];
  assert.deepEqual(await fetchBranches("ada/losses"), { branches: [] });
  assert.deepEqual(told, ["ada/losses -> ada/tides"]);
  assert.equal(asked.at(-1), "/api/v1/repositories/id-1/branches");
  assert.equal((await fetchRepository("ada/losses")).name, "ada/tides");

  names = [];
  const gone = await fetchRepository("ada/tides").catch(problemOf);
  assert.equal("code" in gone && gone.code, "repository-not-found", "what is gone stays gone");
  const never = await fetchRepository("ada/never").catch(problemOf);
  assert.equal("code" in never && never.code, "repository-not-found");
});
