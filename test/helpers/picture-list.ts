// Which pages and states the pictures show, and what has to be there before one is taken.
import type { Page } from "playwright-core";
import {
  accountPage,
  activityPage,
  columnPage,
  commitPage,
  comparePage,
  filesPage,
  repositoriesPage,
  repositoryPage,
  settingsPage,
} from "../../web/paths.ts";
import { git } from "./git-history.ts";

/** One picture; it is taken in both schemes and at both widths. */
export interface Picture {
  /** of its file */
  readonly name: string;
  readonly path: string;
  /** CSS of what is waited for */
  readonly ready: string;
  /** what is done first */
  readonly act?: (page: Page) => Promise<void>;
  /** nobody is signed in */
  readonly signedOut?: boolean;
}

const METRICS = ["accuracy", "f1", "loss", "auc", "latency_ms", "model_size_bytes"].map((key) => `metrics.json:${key}`);

/** @returns pictures of the demo and of the repositories beside it. @param demo its folder */
export function pictureList(demo: string): readonly Picture[] {
  const [newest, before, broken, merge] = [
    git(demo, "rev-parse", "main"),
    git(demo, "rev-parse", "main~12"),
    git(demo, "log", "-1", "--format=%H", "main", "--", "metrics.json"),
    git(demo, "log", "-1", "--merges", "--format=%H", "main"),
  ];
  return [
    { name: "repositories", path: repositoriesPage(), ready: ".repository .spark" },
    {
      name: "repositories-column",
      path: repositoriesPage(),
      ready: ".repository .spark",
      act: async (page) => {
        await page
          .getByRole("button", { name: /^Column /, exact: false })
          .first()
          .click();
        await page.locator(".option").nth(2).waitFor();
      },
    },
    {
      name: "repositories-menu",
      path: repositoriesPage(),
      ready: ".repository .spark",
      act: (page) => page.getByRole("button", { name: "Actions for demo" }).click(),
    },
    { name: "account", path: accountPage(), ready: ".connect" },
    { name: "repositories-no-match", path: repositoriesPage({ search: "nothing like it" }), ready: ".note" },
    { name: "table", path: repositoryPage("demo", { columns: METRICS }), ready: ".cell" },
    { name: "table-default", path: repositoryPage("demo"), ready: ".cell" },
    {
      name: "table-filter",
      path: repositoryPage("demo", {
        columns: METRICS,
        where: "delta(accuracy) < 0",
        sort: [{ column: "metrics.json:loss", order: "asc" }],
      }),
      ready: ".cell",
    },
    {
      name: "table-no-match",
      path: repositoryPage("demo", { columns: METRICS, where: "loss > 1000000" }),
      ready: ".table-page",
    },
    { name: "table-no-values", path: repositoryPage("demo", { branch: "gh-pages" }), ready: ".grid-row" },
    { name: "one-commit", path: repositoryPage("one"), ready: ".cell" },
    { name: "no-metric-files", path: repositoryPage("plain"), ready: ".file-names" },
    { name: "import-failed", path: repositoryPage("failing"), ready: ".message" },
    { name: "no-commits", path: repositoryPage("empty"), ready: ".message" },
    { name: "branch-deleted", path: repositoryPage("deleted"), ready: ".message" },
    {
      name: "column",
      path: columnPage("demo", { columns: ["metrics.json:accuracy", "metrics.json:loss"] }),
      ready: "main svg",
    },
    { name: "compare", path: comparePage("demo", { commits: [before, newest] }), ready: "main table" },
    { name: "commit", path: commitPage("demo", newest), ready: ".values" },
    { name: "commit-warning", path: commitPage("demo", broken), ready: ".commit-page" },
    { name: "commit-merge", path: commitPage("demo", merge), ready: ".commit-page" },
    { name: "settings", path: settingsPage("demo"), ready: ".followed" },
    { name: "settings-empty", path: settingsPage("empty"), ready: ".settings-page" },
    { name: "files", path: filesPage("demo"), ready: ".files-page" },
    { name: "activity", path: activityPage("demo"), ready: ".event" },
    {
      name: "activity-delivery",
      path: activityPage("demo", { source: "webhook" }),
      ready: ".event-more",
      act: async (page) => {
        await page.getByText("What came").last().click();
        await page.locator(".event-body").waitFor();
      },
    },
    { name: "activity-failed", path: activityPage("failing"), ready: ".event-error" },
    { name: "activity-branch-deleted", path: activityPage("deleted"), ready: ".event" },
    { name: "not-found", path: repositoryPage("absent"), ready: ".message" },
    { name: "no-such-page", path: "/nowhere", ready: ".message" },
    { name: "signed-out", path: "/", ready: ".message", signedOut: true },
  ];
}

/** What is shown while a long history is imported: taken while it lasts. */
export const IMPORTING: readonly Picture[] = [
  { name: "repositories-importing", path: repositoriesPage(), ready: ".repository .progress" },
  { name: "table-importing", path: repositoryPage("long"), ready: ".cell" },
  { name: "activity-importing", path: activityPage("long"), ready: ".event" },
];

/** What is shown where the first repository is to be added. */
export const EMPTY: readonly Picture[] = [{ name: "repositories-empty", path: repositoriesPage(), ready: ".add" }];
