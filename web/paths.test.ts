// Tests of the web app's addresses: all of them are printed here once.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  activityPage,
  api,
  commitPage,
  renamedPlace,
  repositoriesPage,
  repositoryOfUrl,
  repositoryPage,
  safeReturn,
  signInPage,
} from "./paths.ts";
import { fittingColumns, formatSearch, MAX_SEARCH_LENGTH, parseSearch } from "./search-part.ts";
import { askedOf, readTableView, rowsOf, type TableView, viewSearch } from "./table-view.ts";

const FULL_VIEW = {
  branch: "b",
  view: "all",
  columns: ["m.json:x"],
  sort: [
    { column: "m.json:x", order: "asc" },
    { column: "position", order: "desc" },
  ],
  where: 'x < 1 and author ~ "+"',
  asOf: "0a1b",
  baseline: "2c3d",
  changed: true,
  went: "better",
  delta: true,
  selected: ["0a1b", "2c3d"],
} as const satisfies TableView;

test("the pages have these addresses", () => {
  assert.deepEqual(
    [
      repositoriesPage(),
      signInPage(),
      repositoryPage("owner/name"),
      repositoryPage("owner/name", { branch: "feature/a+b", columns: ["a/m.json:x[name=a,b=c].ops", "p.yaml:lr"] }),
      repositoryPage("a", FULL_VIEW),
      commitPage("owner/name", "0a1b2c3"),
    ],
    [
      "/",
      "/signin",
      "/repositories/owner%2Fname",
      "/repositories/owner%2Fname?branch=feature/a%2Bb&columns=a/m.json:x%5Bname%3Da%2Cb%3Dc%5D.ops&columns=p.yaml:lr",
      "/repositories/a?branch=b&view=all&columns=m.json:x&sort=m.json:x&sort=position&order=asc&order=desc" +
        "&where=x%20%3C%201%20and%20author%20~%20%22%2B%22&as-of=0a1b&baseline=2c3d&changed=true&went=better&delta=true" +
        "&selected=0a1b&selected=2c3d",
      "/repositories/owner%2Fname/commits/0a1b2c3",
    ],
  );
});

test("the calls of the API have these addresses", () => {
  assert.deepEqual(
    [
      api.session(),
      api.repositories(),
      api.repository("owner/$&name"),
      api.sync("a"),
      api.commits("a", { limit: 40, cursor: null }),
      api.commits("a", { branch: "b", columns: ["m.json:x", "m.json:y"], limit: 200, cursor: "c=" }),
      api.commits("a", { ...FULL_VIEW, limit: 40, cursor: null }),
      api.commit("a", "0a1b"),
      api.file("a", "0a1b", "dir one/100%?#.json"),
      api.columns("a", { search: "", limit: 100, cursor: null }),
      api.columns("a", { search: "f1 score", limit: 100, cursor: "x" }),
      api.branches("a"),
      api.warnings("a"),
      api.stream("a"),
    ],
    [
      "/api/v1/session",
      "/api/v1/repositories",
      "/api/v1/repositories/owner%2F%24%26name",
      "/api/v1/repositories/a/sync",
      "/api/v1/repositories/a/commits?limit=40",
      "/api/v1/repositories/a/commits?branch=b&columns=m.json:x&columns=m.json:y&limit=200&cursor=c%3D",
      "/api/v1/repositories/a/commits?branch=b&view=all&columns=m.json:x&sort=m.json:x&sort=position&order=asc" +
        "&order=desc&where=x%20%3C%201%20and%20author%20~%20%22%2B%22&as-of=0a1b&baseline=2c3d&changed=true&went=better&limit=40",
      "/api/v1/repositories/a/commits/0a1b",
      "/api/v1/repositories/a/commits/0a1b/files/dir%20one/100%25%3F%23.json",
      "/api/v1/repositories/a/columns?limit=100",
      "/api/v1/repositories/a/columns?search=f1%20score&limit=100&cursor=x",
      "/api/v1/repositories/a/branches",
      "/api/v1/repositories/a/warnings",
      "/api/v1/repositories/a/stream",
    ],
  );
});

test("parseSearch() is the exact way back from formatSearch()", () => {
  const view = { branch: "a+b & c=d%20", columns: ["m.json:a.b", 'm.json:x["q&=+"]', "ü:\u202e"] };
  assert.deepEqual(parseSearch(formatSearch(view)), view);
  assert.deepEqual(parseSearch(""), {});
});

test("readTableView() is the exact way back from repositoryPage()", () => {
  for (const view of [FULL_VIEW, { sort: [{ column: "position", order: "desc" }] }, {}] as const) {
    const address = repositoryPage("a", view);
    const search = address.slice("/repositories/a".length);
    assert.deepEqual(readTableView(parseSearch(search)), view);
    // as the router does it: what is read is written once more
    assert.deepEqual(viewSearch(readTableView(parseSearch(search))), parseSearch(search));
  }
});

test("askedOf() is the same for views that only the page draws in another way", () => {
  const asked = askedOf({ columns: ["b", "a"], where: "x < 1" });
  assert.deepEqual(asked, askedOf({ columns: ["a", "b"], where: "x < 1", delta: true, selected: ["0a"] }));
  assert.deepEqual(askedOf({ delta: true }), {});
});

test("rowsOf() names the same rows alike, whatever columns stand beside them", () => {
  assert.equal(rowsOf({ columns: ["a"], delta: true }), rowsOf({ columns: ["b"] }));
  assert.notEqual(rowsOf({ columns: ["a"], changed: true }), rowsOf({ columns: ["b"], changed: true }));
  assert.notEqual(rowsOf({ columns: ["a"], went: "worse" }), rowsOf({ columns: ["b"], went: "worse" }));
  assert.notEqual(rowsOf({ asOf: "0a" }), rowsOf({}));
});

test("readTableView() drops what no table has and what is too much of it", () => {
  const address = "?view=line&order=up&where=&as-of=&changed=1&went=up&delta=false&sort=a&sort=b&sort=a&sort=c&sort=d";
  assert.deepEqual(readTableView(parseSearch(address)), {
    sort: [
      { column: "a", order: "desc" },
      { column: "b", order: "desc" },
      { column: "c", order: "desc" },
    ],
  });
  const many = Array.from({ length: 9 }, (_, index) => `selected=${index}`).join("&");
  assert.deepEqual(readTableView(parseSearch(`?${many}`)).selected, ["0", "1", "2", "3", "4", "5", "6"]);
});

test("readTableView() drops what it does not understand and columns given twice", () => {
  assert.deepEqual(readTableView(parseSearch("?branch=&columns=a&columns=b&columns=a&other=1")), {
    columns: ["a", "b"],
  });
  assert.deepEqual(readTableView({ branch: 3, columns: "a" }), {});
});

test("fittingColumns() keeps what an address can hold", () => {
  const ids = Array.from({ length: 200 }, (_, index) => `metrics/${"x".repeat(100)}.json:key${index}`);
  const kept = fittingColumns(ids);
  assert.ok(kept.length > 90 && kept.length < 200, String(kept.length));
  assert.ok(formatSearch({ columns: kept }).length <= MAX_SEARCH_LENGTH + 1);
  assert.deepEqual(fittingColumns(ids.slice(0, 5)), ids.slice(0, 5));
});

test("safeReturn() leads to pages of this origin only", () => {
  const own = ["/", "/repositories/a%2Fb", "/repositories/a?columns=x%20y", "/repositories/a/commits/0a1b"];
  for (const path of own) assert.equal(safeReturn(path), path);
  const foreign = [
    null,
    undefined,
    "",
    "repositories/a",
    "//evil.example/repositories/a",
    "/\\evil.example",
    "/\t/evil.example",
    "https://evil.example/repositories/a",
    "javascript:alert(1)",
    "/api/v1/session",
    "/repositories/../api/v1/session",
    "/signin?next=/signin",
  ];
  for (const path of foreign) assert.equal(safeReturn(path), "/", String(path));
});

test("api names comparisons, exports, events and tags", () => {
  const page = { limit: 50, cursor: null };
  assert.equal(
    api.compare("o/r", { commits: ["main", "feat/x"], baseline: "main", changed: "false", search: null, ...page }),
    "/api/v1/repositories/o%2Fr/compare?commits=main&commits=feat/x&baseline=main&changed=false&limit=50",
  );
  assert.equal(
    api.export("o/r", { branch: "main", columns: ["m.json:a,b"], format: "csv" }),
    "/api/v1/repositories/o%2Fr/export?branch=main&columns=m.json:a%2Cb&format=csv",
  );
  assert.equal(api.events("r", { limit: 20, cursor: "abc" }), "/api/v1/repositories/r/events?limit=20&cursor=abc");
  assert.equal(api.retry("r", "7"), "/api/v1/repositories/r/events/7/retry");
  assert.equal(api.tags("r"), "/api/v1/repositories/r/tags");
});

test("renamedPlace() is the same page under the new name, with its query, and none of another repository", () => {
  const move = (href: string): string | null => renamedPlace(href, "ada/losses", "ada/tides % x");
  assert.equal(move(repositoryPage("ada/losses")), repositoryPage("ada/tides % x"));
  assert.equal(move(commitPage("ada/losses", "abc")), commitPage("ada/tides % x", "abc"));
  const view = { state: "dead" } as const;
  assert.equal(move(activityPage("ada/losses", view)), activityPage("ada/tides % x", view));
  assert.equal(move(`${repositoryPage("ada/losses")}?a=%2F#b`), `${repositoryPage("ada/tides % x")}?a=%2F#b`);
  for (const other of ["/", "/account", "/repositories/%E0%A4%A/x", repositoryPage("ada/losses-2")]) {
    assert.equal(move(other), null, other);
  }
});

test("repositoryOfUrl() finds the name in a URL of the API, and none where there is none", () => {
  const found = repositoryOfUrl(api.commit("ada/losses", "a/b"));
  assert.equal(found?.name, "ada/losses");
  assert.equal(found.at("7"), api.commit("7", "a/b"));
  for (const url of [api.repositories(), api.session(), "/api/v1/webhooks/7"]) assert.equal(repositoryOfUrl(url), null);
});
