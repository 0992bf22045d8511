// Tests of what the pages show: every state, without a browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Commit, CommitPage } from "../src/api/contract/commits.ts";
import type { Problem } from "../src/api/contract/contract.ts";
import type { Repository } from "../src/api/contract/repositories.ts";
import { commitState, refusal, repositoriesState, tableState, whileThere } from "./page-state.ts";

function problem(code: string): Problem {
  return { type: "about:blank", title: code, status: 500, code, detail: `detail of ${code}`, instance: "1" };
}

function repository(changes: Partial<Repository> = {}): Repository {
  const facts = { commits: 3, branches: 1, files: 1, commitsMissingValues: 0, version: 1 };
  const nothing = {
    progress: null,
    problem: null,
    notices: [],
    candidates: 0,
    syncedAt: null,
    latest: null,
    spark: null,
    sparkColumn: null,
    empty: null,
    provider: null,
  };
  const base = { id: "1", name: "a", url: null, kind: "folder", defaultBranch: "main", state: "ready" } as const;
  return { ...base, ...facts, ...nothing, ...changes };
}

function page(commits: number, columns: number): CommitPage {
  const column = {
    id: "m.json:x",
    path: "m.json",
    key: "x",
    kind: "number",
    unit: null,
    goal: null,
    goalFrom: null,
    alias: null,
  };
  const row = { sha: "0", parents: [], author: { name: "" }, authoredAt: "", committedAt: "", subject: "" };
  const rest = { position: 0, ordinal: 0, branches: [], values: [], baseline: null, baselineValues: [], best: [] };
  return {
    branch: "main",
    columns: Array.from({ length: columns }, () => ({ ...column, kind: "number", unstable: false }) as const),
    commits: Array.from({ length: commits }, () => ({ ...row, ...rest, gone: [], removed: [], warnings: [] })),
    total: commits,
    coverage: { hot: commits, archived: 0, importedTo: null, missing: null },
    version: 1,
    newest: 2,
    nextCursor: null,
  };
}

const nothing = { data: undefined, problem: null };
const answered = <T>(data: T) => ({ data, problem: null });
const failed = (code: string) => ({ data: undefined, problem: problem(code) });

test("repositoriesState() tells waiting, signed out, failed, empty and a list apart", () => {
  assert.equal(repositoriesState(nothing).kind, "waiting");
  assert.equal(repositoriesState(failed("not-signed-in")).kind, "signed-out");
  assert.deepEqual(repositoriesState(failed("internal")), { kind: "failed", problem: problem("internal") });
  assert.equal(repositoriesState(answered([])).kind, "empty");
  assert.equal(repositoriesState(answered([repository()])).kind, "list");
});

test("repositoriesState() keeps an old list when a refresh fails, but not after the session has ended", () => {
  const list = [repository()];
  const stale = repositoriesState({ data: list, problem: problem("unreachable") });
  assert.deepEqual(stale, { kind: "list", repositories: list, stale: problem("unreachable") });
  assert.equal(repositoriesState({ data: list, problem: problem("not-signed-in") }).kind, "signed-out");
});

const tableCases = [
  { name: "waits for the repository", repository: nothing, commits: nothing, kind: "waiting" },
  { name: "waits for the commits", repository: answered(repository()), commits: nothing, kind: "waiting" },
  { name: "sees that nobody is signed in", repository: failed("not-signed-in"), commits: nothing, kind: "signed-out" },
  {
    name: "names a missing repository",
    repository: failed("repository-not-found"),
    commits: nothing,
    kind: "not-found",
  },
  {
    name: "names a missing branch",
    repository: answered(repository()),
    commits: failed("branch-not-found"),
    kind: "not-found",
  },
  { name: "reports a failure", repository: failed("database-unreachable"), commits: nothing, kind: "failed" },
  {
    name: "reports a failure of the commits",
    repository: answered(repository()),
    commits: failed("internal"),
    kind: "failed",
  },
  {
    name: "shows progress while nothing can be read",
    repository: answered(repository({ state: "waiting" })),
    commits: answered([page(0, 0)]),
    kind: "importing",
  },
  {
    name: "shows rows during an import",
    repository: answered(repository({ state: "importing" })),
    commits: answered([page(40, 0)]),
    kind: "table",
  },
  {
    name: "says why an import failed",
    repository: answered(repository({ state: "failed", problem: "Cannot fetch" })),
    commits: answered([page(0, 0)]),
    kind: "import-failed",
  },
  {
    name: "keeps the rows of an import that failed later",
    repository: answered(repository({ state: "failed", problem: "Cannot fetch" })),
    commits: answered([page(40, 3)]),
    kind: "table",
  },
  {
    name: "knows a repository without commits",
    repository: answered(repository()),
    commits: answered([page(0, 0)]),
    kind: "no-commits",
  },
  {
    name: "knows a repository without metric files",
    repository: answered(repository({ files: 0 })),
    commits: answered([page(3, 0)]),
    kind: "no-metric-files",
  },
  {
    name: "knows a repository of which no file could be read",
    repository: answered(repository({ files: 0, commitsMissingValues: 2 })),
    commits: answered([page(3, 0)]),
    kind: "no-values",
  },
  { name: "shows a table", repository: answered(repository()), commits: answered([page(3, 2)]), kind: "table" },
] as const;
for (const { name, repository: asked, commits, kind } of tableCases) {
  test(`tableState() ${name}`, () => assert.equal(tableState(asked, commits, 0).kind, kind));
}

test("tableState() shows a branch without values as a table when other branches have columns", () => {
  const [facts, commits] = [answered(repository()), answered([page(3, 0)])];
  assert.equal(tableState(facts, commits, undefined).kind, "waiting");
  assert.equal(tableState(facts, commits, 4).kind, "table");
});

test("tableState() keeps the rows when a refresh fails, and says so", () => {
  const state = tableState(answered(repository()), { data: [page(3, 2)], problem: problem("unreachable") });
  assert.equal(state.kind, "table");
  assert.equal(state.kind === "table" && state.stale?.code, "unreachable");
});

test("commitState() tells waiting, missing and found apart", () => {
  assert.equal(commitState(nothing).kind, "waiting");
  assert.equal(commitState(failed("commit-not-found")).kind, "not-found");
  assert.equal(commitState(answered({ sha: "0a1b" } as Commit)).kind, "commit");
});

test("tableState() shows a view that leaves all commits out as a table, during an import too", () => {
  for (const state of ["ready", "importing"] as const) {
    const none = answered([page(0, 1)]);
    assert.equal(tableState(answered(repository({ state })), none, undefined, true).kind, "table");
    assert.notEqual(tableState(answered(repository({ state })), none).kind, "table");
  }
  assert.equal(tableState(answered(repository()), nothing, undefined, true).kind, "waiting");
});

test("refusal() is what is wrong with the view, not with the server or the session", () => {
  assert.equal(refusal(null), null);
  for (const code of ["bad-filter", "commit-not-found", "bad-argument"])
    assert.deepEqual(refusal(problem(code)), problem(code));
  for (const code of ["not-signed-in", "internal", "repository-not-found"]) assert.equal(refusal(problem(code)), null);
});

test("whileThere() leaves a page as it is until the repository is gone, or the session", () => {
  const state = { kind: "commit" } as const;
  for (const facts of [nothing, answered(repository()), failed("unreachable"), failed("internal")])
    assert.equal(whileThere(state, facts), state);
  const was = { data: repository(), problem: problem("not-signed-in") };
  assert.equal(whileThere(state, was).kind, "signed-out");
  assert.equal(whileThere(state, failed("repository-not-found")).kind, "not-found");
});
