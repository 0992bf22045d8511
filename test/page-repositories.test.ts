// The list of repositories and the page of a commit in a real browser: against git, with the server away, at every width.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { makeDemoRepository } from "../src/workspace/demo-history.ts";
import { columnPage, commitPage, comparePage, repositoriesPage, repositoryPage, settingsPage } from "../web/paths.ts";
import { assertAccessible } from "./helpers/accessible.ts";
import { noBrowser } from "./helpers/browser.ts";
import { git, HistoryBuilder, makeBare } from "./helpers/git-history.ts";
import { assertFits, assertStill, SIZES } from "./helpers/layout-browser.ts";
import { repositoryBecomes } from "./helpers/running-app.ts";
import { openSignedIn, type SignedInBrowser } from "./helpers/signed-in-browser.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

/** What a page may say while the server is away on purpose. */
const EXPECTED = ["Failed to load resource", "ApiProblem: The server did not answer"];
const DAY = 86_400;

describe("the list of repositories and the page of a commit", { skip: noBrowser }, () => {
  const folder = temporaryFolder();
  const demo = join(folder, "demo");
  let pages: SignedInBrowser;

  before(async () => {
    pages = await openSignedIn(folder, EXPECTED);
    const { running, cookie } = pages;
    await makeDemoRepository(demo, { seed: 1, endsAt: Math.floor(Date.now() / 1_000 / DAY) * DAY });
    await running.follow(demo, "demo", cookie);
    const plain = new HistoryBuilder(join(folder, "plain"));
    plain.commit({ files: { "README.md": "no metric file here\n" }, message: "Say what this is\n" });
    await plain.finish();
    await running.follow(join(folder, "plain"), "plain", cookie);
    makeBare(join(folder, "empty"));
    await running.app.follow({ folder: join(folder, "empty") });
    await repositoryBecomes("ready", "empty", { origin: running.origin, cookie });
  });
  after(() => pages?.close());

  const item = (page: Page, name: string) =>
    page.locator(".repository", { has: page.getByRole("link", { name, exact: true }) });
  const valueOf = (key: string): unknown =>
    (JSON.parse(git(demo, "show", "main:metrics.json")) as Record<string, unknown>)[key];

  test("each repository says its newest commit, its commits, and how it is", async () => {
    const page = await pages.open(repositoriesPage());
    await item(page, "demo").locator(".spark polyline").first().waitFor();
    const words = await item(page, "demo").innerText();
    assert.ok(words.includes(git(demo, "log", "-1", "--format=%s", "main")), words);
    assert.ok(words.includes(`${git(demo, "rev-list", "--all", "--count")} commits on 4 branches`), words);
    assert.match(words, /synced \d+ \S+ ago/);
    assert.match(await item(page, "plain").innerText(), /Say what this is[^]*no numbers/);
    assert.match(await item(page, "empty").innerText(), /no commits yet/);
    await item(page, "demo").locator(".latest").click();
    await page.locator(".values").first().waitFor();
    assert.equal(page.url(), pages.running.origin + commitPage("demo", git(demo, "rev-parse", "main")));
    await page.context().close();
  });

  test("the column of a chart is chosen by keyboard, kept, and left to Tidemark again", async () => {
    const page = await pages.open(repositoriesPage());
    const button = item(page, "demo").getByRole("button", { name: /^Column / });
    await button.waitFor();
    const first = await button.innerText();
    await button.press("Enter");
    await page.getByRole("combobox", { name: "Search columns" }).fill("accuracy");
    await page.locator(".option", { hasText: "accuracy" }).first().waitFor();
    await page.waitForFunction(() =>
      [...document.querySelectorAll(".option")].every((o) => /accuracy/.test(o.textContent)),
    );
    await page.keyboard.press("Enter");
    await button.getByText("accuracy").waitFor();
    const shown = await item(page, "demo").locator(".number [title]").getAttribute("title");
    assert.equal(Number(shown), valueOf("accuracy"));
    await page.reload();
    await button.getByText("accuracy").waitFor();
    await button.press("Enter");
    await page.getByRole("option", { name: "Let Tidemark choose" }).click();
    await page.waitForFunction(
      ([text]) => document.querySelector(".repository .spark-column")?.textContent?.includes(text ?? "") === true,
      [first.split("\n")[0]],
    );
    await page.context().close();
  });

  test("the search leaves what holds its words, stays in the address, and the way back finds it", async () => {
    const page = await pages.open(repositoriesPage());
    await item(page, "demo").waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("PLA");
    await item(page, "demo").waitFor({ state: "detached" });
    assert.deepEqual(await page.locator(".repository .name").allInnerTexts(), ["plain"]);
    assert.equal(page.url(), `${pages.running.origin}/?search=PLA`);
    await page.getByRole("link", { name: "plain", exact: true }).click();
    await page.getByRole("heading", { name: "No metric files" }).waitFor();
    await page.goBack();
    await item(page, "plain").waitFor();
    assert.equal(await page.getByRole("searchbox").inputValue(), "PLA");
    await page.getByRole("searchbox").fill("nothing");
    await page.getByText("No repository has “nothing” in its name or address.").waitFor();
    await page.getByRole("button", { name: "Show all" }).click();
    await item(page, "demo").waitFor();
    assert.equal(page.url(), `${pages.running.origin}/`);
    await page.context().close();
  });

  test("a commit says where it stands on the branches that git says hold it", async () => {
    const lines = new Map(
      ["main", "quantise", "transformer", "gh-pages"].map((branch) => [
        branch,
        git(demo, "rev-list", "--first-parent", branch).split("\n"),
      ]),
    );
    const shas = [
      git(demo, "rev-parse", "main"),
      git(demo, "rev-parse", "main~40"),
      git(demo, "rev-parse", "quantise~2"),
      git(demo, "rev-parse", "gh-pages~3"),
      git(demo, "rev-list", "--first-parent", "main").split("\n").at(-1) ?? "",
    ];
    for (const sha of shas) {
      const page = await pages.open(commitPage("demo", sha));
      const facts = page.locator(".facts");
      await facts.waitFor();
      const places = [...lines].flatMap(([branch, line]) => {
        const later = line.indexOf(sha);
        if (later < 0) return [];
        return [`${branch} ${later === 0 ? "newest" : `${later} ${later === 1 ? "commit" : "commits"} after it`}`];
      });
      const said = (await facts.locator("dt", { hasText: "Branch" }).locator("+ dd > div").allInnerTexts()).toSorted();
      assert.deepEqual(
        said.map((words) => words.replace(/\s+/g, " ")),
        places.toSorted(),
        sha,
      );
      await page.context().close();
    }
    const merged = git(demo, "log", "-1", "--merges", "--format=%H", "main");
    const page = await pages.open(commitPage("demo", git(demo, "rev-parse", `${merged}^2`)));
    await page.getByText("on no branch's own line: it came with a merge.").waitFor();
    await page.getByRole("link", { name: "In the table of all commits" }).click();
    await page.locator(".grid-row").first().waitFor();
    assert.match(
      await page.locator(".grid-row").first().innerText(),
      new RegExp(git(demo, "rev-parse", `${merged}^2`).slice(0, 7)),
    );
    await page.context().close();
  });

  test("a value leads to its column, a commit to the comparison with its parent, and back", async () => {
    const sha = git(demo, "rev-parse", "main~1");
    const page = await pages.open(commitPage("demo", sha));
    await page.getByRole("link", { name: "accuracy", exact: true }).click();
    await page
      .getByRole("heading", { name: /accuracy/ })
      .first()
      .waitFor();
    assert.equal(page.url(), pages.running.origin + columnPage("demo", { columns: ["metrics.json:accuracy"] }));
    await page.goBack();
    const parent = git(demo, "rev-parse", "main~2");
    await page.getByRole("link", { name: `Compare with ${parent.slice(0, 7)}` }).click();
    await page.getByRole("heading", { name: /apart/ }).waitFor();
    assert.equal(page.url(), pages.running.origin + comparePage("demo", { commits: [parent, sha] }));
    await page.goBack();
    await page.locator(".values").first().waitFor();
    assert.equal(page.url(), pages.running.origin + commitPage("demo", sha));
    // a folder has no page elsewhere
    assert.equal(await page.getByRole("link", { name: /^Open on/ }).count(), 0);
    await page.context().close();
  });

  test("nothing moves while the pages load", async () => {
    for (const [path, ready] of [
      [repositoriesPage(), ".repository .spark"],
      [commitPage("demo", git(demo, "rev-parse", "main")), ".values"],
    ] as const) {
      for (const viewport of SIZES) {
        const page = await pages.open(path, { viewport });
        await page.locator(ready).first().waitFor();
        await assertStill(page, `${path} at ${viewport.width}`);
        await page.context().close();
      }
    }
  });

  test("axe finds nothing and nothing is cut off at any width", async () => {
    for (const { width, height, deviceScaleFactor } of SIZES) {
      const options = { viewport: { width, height }, deviceScaleFactor: deviceScaleFactor ?? 1 };
      const list = await pages.open(repositoriesPage(), options);
      await list.locator(".repository .spark").first().waitFor();
      await assertAccessible(list, `list at ${width}`);
      await assertFits(list, "list");
      await list
        .getByRole("button", { name: /^Column / })
        .first()
        .click();
      await list.locator(".option").nth(2).waitFor();
      await assertAccessible(list, `choice of a column at ${width}`);
      await list.keyboard.press("Escape");
      await list.getByRole("searchbox").fill("nothing");
      await list.getByRole("button", { name: "Show all" }).waitFor();
      await assertAccessible(list, `nothing found at ${width}`);
      await list.context().close();
      for (const path of [
        commitPage("demo", git(demo, "rev-parse", "main~40")),
        repositoryPage("absent"),
        "/nowhere",
      ]) {
        const page = await pages.open(path, options);
        await page.locator(".values, .message").first().waitFor();
        await assertAccessible(page, `${path} at ${width}`);
        await assertFits(page, path);
        await page.context().close();
      }
    }
  });

  test("what is not there says so in words for people", async () => {
    const page = await pages.open(repositoryPage("absent"));
    await page.getByText("No repository has this name. It was renamed, removed or never added.").waitFor();
    await page.goto(`${pages.running.origin}/nowhere`);
    await page.getByText("No page has this address.").waitFor();
    await page.goto(pages.running.origin + commitPage("demo", "0123456"));
    await page.getByRole("link", { name: "The commits of demo" }).waitFor();
    await page.context().close();
  });

  test("a server that goes away leaves what is known, says so, and is missed no longer when it is back", async () => {
    const list = await pages.open(repositoriesPage());
    const other = await pages.open(repositoriesPage());
    for (const page of [list, other]) await item(page, "demo").waitFor();
    await pages.running.stop();
    await item(list, "demo").getByRole("button", { name: "Actions for demo" }).click();
    await list.getByRole("button", { name: "Sync", exact: true }).click();
    await item(list, "demo").getByRole("alert").waitFor();
    await list.getByText("Not up to date: The server did not answer. Is it still running?").waitFor();
    assert.ok(await item(list, "demo").isVisible(), "what is known stays");
    // a page that was never looked at: neither its code nor its answers are here
    await item(other, "demo").getByRole("button", { name: "Actions for demo" }).click();
    await other.getByRole("link", { name: "Settings" }).click();
    await other.getByRole("heading", { name: "The server does not answer" }).waitFor();
    await pages.running.startAgain();
    await list.getByRole("button", { name: "Try again" }).click();
    await list.locator(".strip").waitFor({ state: "detached" });
    await other.getByRole("button", { name: "Try again" }).click();
    await other.getByRole("heading", { name: "Settings" }).waitFor();
    assert.equal(other.url(), pages.running.origin + settingsPage("demo"));
    await other.goBack();
    await item(other, "demo").waitFor();
    for (const page of [list, other]) await page.context().close();
  });

  test("no page complained", () => assert.deepEqual(pages.complaints.list, []));
});
