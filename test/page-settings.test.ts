// Settings and activity in a real browser: names, charts, branches as git has them, imports that fail and are run again.
import assert from "node:assert/strict";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import type { RepositoryEvent } from "../src/api/contract/events.ts";
import { activityPage, repositoriesPage, repositoryPage, settingsPage } from "../web/paths.ts";
import { assertAccessible } from "./helpers/accessible.ts";
import { noBrowser } from "./helpers/browser.ts";
import { git, HistoryBuilder, makeBare } from "./helpers/git-history.ts";
import { assertFits, assertStill, SIZES } from "./helpers/layout-browser.ts";
import { repositoryBecomes } from "./helpers/running-app.ts";
import { until } from "./helpers/until.ts";
import { openSignedIn, type SignedInBrowser } from "./helpers/signed-in-browser.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const EXPECTED = ["Failed to load resource: the server responded with a status of 4"];
/** More than a page of events has. */
const SYNCS = 33;

describe("settings and activity", { skip: noBrowser }, () => {
  const folder = temporaryFolder();
  const history = join(folder, "lines");
  let pages: SignedInBrowser;

  before(async () => {
    pages = await openSignedIn(folder, EXPECTED);
    await makeHistory(history);
    await makeHistory(join(folder, "other"));
    for (const name of ["lines", "other"]) await pages.running.follow(join(folder, name), name, pages.cookie);
    makeBare(join(folder, "empty"));
    await pages.running.app.follow({ folder: join(folder, "empty") });
    await becomes("ready", "empty");
    renameSync(join(folder, "empty"), join(folder, "away"));
    await call("empty/sync", "POST");
    await becomes("failed", "empty");
  });
  after(() => pages?.close());

  const becomes = (state: "ready" | "failed", name: string): Promise<void> =>
    repositoryBecomes(state, name, { origin: pages.running.origin, cookie: pages.cookie });

  /** Calls the API as the owner. */
  async function call<T>(path: string, method = "GET"): Promise<T> {
    const headers = { cookie: pages.cookie, "content-type": "application/json", origin: pages.running.origin };
    const answer = await fetch(`${pages.running.origin}/api/v1/repositories/${path}`, { method, headers });
    assert.ok(answer.ok, `${method} ${path} gives ${answer.status}`);
    return (await answer.json()) as T;
  }

  test("the branches are those that git has, with what each has of its own", async () => {
    const page = await pages.open(settingsPage("lines"));
    await page.locator(".followed").waitFor();
    await page.getByText("3 of 4 branches are followed.").waitFor();
    assert.deepEqual(await page.locator(".unfollowed li").allInnerTexts(), ["v1 newest commit 2021-03-04, too old"]);
    const rows = await page
      .locator(".followed tbody tr")
      .evaluateAll((list) =>
        list.map((row) => [...row.children].map((cell) => (cell as HTMLElement).innerText.trim().replace(/\s+/g, " "))),
      );
    const own = (range: string): string => git(history, "rev-list", "--first-parent", "--count", ...range.split(" "));
    const head = (branch: string): string => `Newest commit ${git(history, "rev-parse", branch).slice(0, 7)}`;
    assert.deepEqual(
      rows.toSorted((a, b) => String(a[0]).localeCompare(String(b[0]))),
      [
        ["dev", own("main..dev"), "main", head("dev")],
        ["gh-pages", own("gh-pages"), "nothing", head("gh-pages")],
        ["main default", own("main"), "nothing", head("main")],
      ],
    );
    await page.getByRole("link", { name: "dev", exact: true }).click();
    await page.locator(".grid-row").first().waitFor();
    assert.equal(page.url(), pages.running.origin + repositoryPage("lines", { branch: "dev" }));
    await page.context().close();
  });

  test("a name is changed where it is free, says why where not, and the old address leads nowhere", async () => {
    const page = await pages.open(repositoryPage("lines"));
    await page.locator(".grid-row").first().waitFor();
    await page.getByRole("link", { name: "Settings" }).click();
    const field = page.getByRole("textbox", { name: "Name of the repository" });
    for (const [name, says] of [
      ["", "Enter a name, such as owner/name."],
      ["other", "found a repository of this name, wanted a name that no other has"],
      ["12", "found digits alone, which would look like an id, wanted a name that people can read"],
      ["team//lines", 'found a part that is empty, "." or "..", wanted a name that people can read'],
    ] as const) {
      await field.fill(name);
      await field.press("Enter");
      const alert = page.getByRole("alert");
      await alert.waitFor();
      assert.ok((await alert.innerText()).includes(says), await alert.innerText());
      assert.equal(await field.getAttribute("aria-describedby"), await alert.getAttribute("id"));
    }
    await field.fill("team/lines");
    await page.getByRole("button", { name: "Rename" }).click();
    await page.locator(".crumb", { hasText: "team / lines" }).waitFor();
    assert.equal(page.url(), pages.running.origin + settingsPage("team/lines"));
    await page.goBack();
    await page.waitForURL(pages.running.origin + repositoryPage("team/lines"));
    await page.goto(pages.running.origin + repositoryPage("lines"));
    await page.getByText("No repository has this name.").waitFor();
    await page.goto(pages.running.origin + repositoryPage("team/lines"));
    await page.locator(".grid-row").first().waitFor();
    await page.goto(pages.running.origin + settingsPage("team/lines"));
    await field.fill("lines");
    await field.press("Enter");
    await page.waitForURL(pages.running.origin + settingsPage("lines"));
    await page.context().close();
  });

  test("who leaves the settings before a new name is confirmed stays where they went", async () => {
    const page = await pages.open(settingsPage("lines"));
    const gone = Promise.withResolvers<void>();
    await page.route("**/api/v1/repositories/lines", async (route) => {
      if (route.request().method() !== "PATCH") return route.continue();
      const response = await route.fetch();
      await gone.promise;
      return route.fulfill({ response });
    });
    const confirmed = page.waitForResponse((response) => response.request().method() === "PATCH");
    await page.getByRole("textbox", { name: "Name of the repository" }).fill("tides");
    await page.getByRole("button", { name: "Rename" }).click();
    await page.getByRole("link", { name: "Table" }).click();
    await page.locator(".grid-row").first().waitFor();
    gone.resolve();
    await (await confirmed).finished();
    await page.waitForURL(pages.running.origin + repositoryPage("tides"));
    // what the page does at the answer is done once it has been to the server again
    await page.evaluate(() => fetch("/healthz"));
    assert.equal(page.url(), pages.running.origin + repositoryPage("tides"));
    await page.goto(pages.running.origin + settingsPage("tides"));
    await page.getByRole("textbox", { name: "Name of the repository" }).fill("lines");
    await page.getByRole("button", { name: "Rename" }).click();
    await page.waitForURL(pages.running.origin + settingsPage("lines"));
    await page.context().close();
  });

  test("a page that is open while its repository gets another name goes on there, at the same place", async () => {
    const { origin } = pages.running;
    const headers = { cookie: pages.cookie, "content-type": "application/json", origin };
    const ask = (path: string, method: string, body: object) =>
      fetch(`${origin}/api/v1/repositories/${path}`, { method, headers, body: JSON.stringify(body) });
    const page = await pages.open(repositoryPage("lines", { delta: true }));
    await page.locator(".grid-row").first().waitFor();
    for (const [from, to] of [
      ["lines", "tides"],
      ["tides", "lines"],
    ] as const) {
      assert.equal((await ask(from, "PATCH", { name: to })).status, 200);
      assert.equal((await ask(`${to}/sync`, "POST", {})).status, 202);
      await page.waitForURL(origin + repositoryPage(to, { delta: true }));
      await page.locator(".crumb", { hasText: to }).waitFor();
      await page.locator(".grid-row").first().waitFor();
    }
    await page.context().close();
  });

  test("a page whose stream comes after its repository got another name finds it too", async () => {
    const { origin } = pages.running;
    const headers = { cookie: pages.cookie, "content-type": "application/json", origin };
    const rename = (from: string, to: string) =>
      fetch(`${origin}/api/v1/repositories/${from}`, { method: "PATCH", headers, body: JSON.stringify({ name: to }) });
    const page = await pages.open(repositoriesPage());
    const renamed = Promise.withResolvers<void>();
    await page.route("**/repositories/lines/stream", async (route) => {
      await renamed.promise;
      await route.continue();
    });
    await page.goto(origin + repositoryPage("lines"));
    await page.locator(".grid-row").first().waitFor();
    assert.equal((await rename("lines", "tides")).status, 200);
    renamed.resolve();
    await page.waitForURL(origin + repositoryPage("tides"));
    await page.locator(".crumb", { hasText: "tides" }).waitFor();
    assert.equal((await rename("tides", "lines")).status, 200);
    await page.context().close();
  });

  test("the chart's column is chosen, and says who chose it", async () => {
    const page = await pages.open(settingsPage("other"));
    await page.getByText("Chosen by Tidemark").waitFor();
    await page.getByRole("button", { name: /^Column / }).click();
    await page.getByRole("option", { name: /^loss/ }).click();
    await page.getByText("Chosen here.").waitFor();
    await page.goto(pages.running.origin + repositoriesPage());
    const item = page.locator(".repository", { has: page.getByRole("link", { name: "other", exact: true }) });
    await item.getByRole("button", { name: /^Column loss/ }).waitFor();
    await page.context().close();
  });

  test("the rules of metric files are one step away and lead back", async () => {
    const page = await pages.open(settingsPage("lines"));
    await page.getByText("1 file is read at every commit, by 1 rule.").waitFor();
    await page.getByRole("link", { name: "Choose files and names of rows" }).click();
    await page.getByRole("heading", { name: "Metric files" }).waitFor();
    await page.locator(".back").getByRole("link", { name: "Settings" }).click();
    await page.getByRole("heading", { name: "Settings" }).waitFor();
    await page.context().close();
  });

  test("a branch that is not followed is missed in the table, and the settings say why and follow it", async () => {
    const missed = await pages.open(repositoryPage("lines", { branch: "v1" }));
    const way = missed.getByRole("link", { name: "Which branches are followed" });
    await way.waitFor();
    assert.equal(await way.getAttribute("href"), settingsPage("lines"));
    await missed.context().close();
    const page = await pages.open(repositoryPage("lines"));
    await page.getByRole("button", { name: /^Branch / }).click();
    const search = page.getByRole("combobox", { name: "Search branches" });
    await search.fill("v1");
    await page.getByText("No followed branch has that name.").waitFor();
    await page.getByRole("link", { name: "Which branches are followed" }).click();
    const save = page.getByRole("button", { name: "Save" });
    assert.equal(await save.isDisabled(), true, "nothing is changed");
    const also = page.getByRole("textbox", { name: "Also follow" });
    await also.fill("v*");
    await save.click();
    await page.getByText("Saved.").waitFor();
    await page.getByText("4 branches are followed.").waitFor();
    assert.equal(await page.locator(".unfollowed").count(), 0);
    await page.getByRole("link", { name: "Table" }).click();
    await page.getByRole("button", { name: /^Branch / }).click();
    await search.fill("v1");
    await page.getByRole("option", { name: /^v1/ }).click();
    await page.locator(".grid-row", { hasText: "old 1" }).waitFor();
    assert.equal(await page.locator(".grid-row", { hasText: /old \d/ }).count(), 2);
    await page.goto(pages.running.origin + settingsPage("lines"));
    assert.equal(await also.inputValue(), "v*");
    await page.getByRole("textbox", { name: "Never follow" }).fill("dev v*");
    await save.press("Enter");
    await page.getByText("2 of 4 branches are followed.").waitFor();
    assert.deepEqual(await page.locator(".unfollowed li").allInnerTexts(), [
      `dev newest commit ${new Date().toISOString().slice(0, 10)}, among those never followed`,
      "v1 newest commit 2021-03-04, among those never followed",
    ]);
    await page.locator(".followed tr", { hasText: "dev not followed any more: kept for 30 days" }).waitFor();
    await page.getByRole("textbox", { name: "Never follow" }).fill("");
    await also.fill("");
    await save.click();
    await page.getByText("3 of 4 branches are followed.").waitFor();
    await page.context().close();
  });

  test("what is wrong with the branches to follow stands at its field, and nothing is saved", async () => {
    const page = await pages.open(settingsPage("lines"));
    for (const [label, typed, says] of [
      ["Days", "0", "Enter a number of days, from 1 to 36,500."],
      ["Also follow", "tune-?", 'Cannot follow the branch "tune-?": found "?", which no branch\'s name holds'],
      ["Never follow", "a[1]", 'Cannot leave out the branch "a[1]": found "[", which no branch\'s name holds'],
    ] as const) {
      const field = page.getByRole("textbox", { name: label, exact: true });
      const kept = await field.inputValue();
      await field.fill(typed);
      await page.getByRole("button", { name: "Save" }).click();
      const alert = page.getByRole("alert");
      await alert.waitFor();
      assert.ok((await alert.innerText()).includes(says), await alert.innerText());
      assert.equal(await field.getAttribute("aria-describedby"), await alert.getAttribute("id"));
      assert.equal(await field.evaluate((element) => element === document.activeElement), true);
      await field.fill(kept);
      await alert.waitFor({ state: "detached" });
    }
    await page.getByRole("radio", { name: "All branches, however old" }).check();
    assert.equal(await page.getByRole("textbox", { name: "Days" }).isDisabled(), true);
    await page.reload();
    assert.equal(await page.getByRole("radio", { name: "All branches, however old" }).isChecked(), false);
    await page.context().close();
  });

  test("an import is listed, and a sync appears and is done while the page is open", async () => {
    const page = await pages.open(repositoriesPage());
    const stream = page.waitForResponse("**/repositories/lines/stream");
    await page.goto(pages.running.origin + activityPage("lines"));
    await page.locator(".event").first().waitFor();
    await stream; // what is done before is told by nobody
    const words = await page.locator(".event").last().innerText();
    assert.match(words, /Import[^]*took [^]*done \d+ \S+ ago/);
    const listed = await page.locator(".event").count();
    await call("lines/sync", "POST");
    await page.waitForFunction(
      (number) =>
        document.querySelectorAll(".event").length > number &&
        /Sync[^]*done/.test(document.querySelector(".event")?.textContent ?? ""),
      listed,
    );
    await page.context().close();
  });

  test("a sync that is done before the list comes is in it soon", async () => {
    const { events } = await call<{ events: RepositoryEvent[] }>("lines/events?limit=200");
    const page = await pages.open(settingsPage("lines"));
    await page.locator(".followed").first().waitFor();
    const [asked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await page.route("**/repositories/lines/events*", async (route) => {
      const response = await route.fetch();
      asked.resolve();
      await released.promise;
      await route.fulfill({ response });
    });
    const stream = page.waitForResponse("**/repositories/lines/stream");
    await page.getByRole("link", { name: "Activity" }).click();
    await asked.promise;
    await stream;
    const heard = page.waitForRequest("**/api/v1/repositories/lines");
    await call("lines/sync", "POST");
    await heard;
    await becomes("ready", "lines");
    released.resolve();
    await page.locator(".event").nth(events.length).waitFor();
    await page.locator(".event").first().getByText("done").waitFor();
    await page.context().close();
  });

  test("what was given up says why, and is run again once its cause is gone", async () => {
    const page = await pages.open(activityPage("empty"));
    const shown = page.locator(".event").first();
    await shown.getByText(/given up/).waitFor();
    assert.match(await shown.innerText(), /1 attempt failed[^]*found no such folder/);
    const again = shown.getByRole("button", { name: "Run again" });
    const newest = async (): Promise<RepositoryEvent | undefined> =>
      (await call<{ events: RepositoryEvent[] }>("empty/events")).events[0];
    const finishedFirst = (await newest())?.finishedAt;
    await again.press("Enter");
    await until("given up once more", async () => {
      const event = await newest();
      return event?.state === "dead" && event.finishedAt !== finishedFirst;
    });
    renameSync(join(folder, "away"), join(folder, "empty"));
    const first = new HistoryBuilder(join(folder, "first"));
    first.commit({ files: { "metrics.json": '{"loss": 1}' } });
    await first.finish();
    git(join(folder, "empty"), "fetch", "--quiet", join(folder, "first"), "+main:main");
    git(join(folder, "empty"), "symbolic-ref", "HEAD", "refs/heads/main");
    await again.click();
    await shown.getByText(/done/).waitFor();
    await shown.locator("button.quiet").waitFor();
    await becomes("ready", "empty");
    await page.getByRole("link", { name: "Table" }).click();
    await page.locator(".cell").first().waitFor();
    await page.context().close();
  });

  test("older events come when they are asked for, also while newer ones are: all that there are, in their order", async () => {
    for (let n = 0; n < SYNCS; n++) await call("other/sync", "POST");
    await becomes("ready", "other");
    const page = await pages.open(repositoriesPage());
    const stream = page.waitForResponse("**/repositories/other/stream");
    await page.goto(pages.running.origin + activityPage("other"));
    await page.locator(".event").nth(20).waitFor();
    await stream; // what is done before is told by nobody
    const pressed = Promise.withResolvers<void>();
    await page.route("**/repositories/other/events*", async (route) => {
      await pressed.promise;
      await route.continue();
    });
    const askedAnew = page.waitForRequest("**/repositories/other/events*");
    await call("other/sync", "POST");
    await askedAnew;
    await page.getByRole("button", { name: "Show older ones" }).click();
    pressed.resolve();
    await page.getByText("the repository was added").waitFor();
    await becomes("ready", "other");
    await page.locator(".event", { hasText: "under way" }).first().waitFor({ state: "detached" });
    const { events } = await call<{ events: RepositoryEvent[] }>("other/events?limit=200");
    const times = await page
      .locator(".event time")
      .evaluateAll((list) => list.map((time) => time.getAttribute("datetime")));
    assert.deepEqual(
      times,
      events.map(({ createdAt }) => createdAt),
    );
    assert.ok(events.length > SYNCS);
    assert.equal(await page.getByRole("button", { name: "Show older ones" }).count(), 0);
    await page.context().close();
  });

  test("nothing moves while the pages load", async () => {
    for (const path of [settingsPage("lines"), activityPage("other")]) {
      for (const viewport of SIZES) {
        const page = await pages.open(path, { viewport });
        await page.locator(".followed, .event").first().waitFor();
        await assertStill(page, `${path} at ${viewport.width}`);
        await page.context().close();
      }
    }
  });

  test("axe finds nothing and nothing is cut off at any width", async () => {
    for (const { width, height, deviceScaleFactor } of SIZES) {
      const options = { viewport: { width, height }, deviceScaleFactor: deviceScaleFactor ?? 1 };
      for (const [path, act] of [
        [settingsPage("lines"), undefined],
        [settingsPage("lines"), (page: Page) => page.getByRole("button", { name: "Remove …" }).click()],
        [activityPage("empty"), undefined],
        [activityPage("absent"), undefined],
      ] as const) {
        const page = await pages.open(path, options);
        await page.locator(".followed, .event, .message").first().waitFor();
        await act?.(page);
        await assertAccessible(page, `${path} at ${width}`);
        await assertFits(page, path);
        await page.context().close();
      }
    }
  });

  test("a repository is removed after a question, and its page says that it is gone", async () => {
    const page = await pages.open(settingsPage("other"));
    await page.getByRole("button", { name: "Remove …" }).press("Enter");
    await page.getByRole("dialog").getByText("What Tidemark read of its").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Remove …" }).press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    const names = page.locator(".repository .name");
    await until("the list is that of the others", async () => {
      return String((await names.allInnerTexts()).toSorted()) === "empty,lines";
    });
    await page.goto(pages.running.origin + settingsPage("other"));
    await page.getByText("No repository has this name.").waitFor();
    await page.context().close();
  });

  test("no page complained", () => assert.deepEqual(pages.complaints.list, []));
});

/** Twelve commits on main, three on dev from the ninth on, an old branch, and one of figures; both have roots of their own. */
async function makeHistory(path: string): Promise<void> {
  const now = Math.floor(Date.now() / 1_000);
  const builder = new HistoryBuilder(path);
  for (let n = 0; n < 12; n++) {
    const mark = builder.commit({
      files: { "metrics.json": JSON.stringify({ accuracy: n / 20, loss: 1 / (n + 1) }) },
      at: now - 1_000 + n,
    });
    if (n === 8) builder.branch("dev", mark);
  }
  for (let n = 0; n < 3; n++) {
    builder.commit({ branch: "dev", files: { "metrics.json": `{"accuracy": ${n}}` }, at: now - 100 + n });
  }
  for (const [n, at] of [1_614_816_000, 1_614_816_060].entries()) {
    const files = { "metrics.json": `{"accuracy": ${n}}` };
    builder.commit({ branch: "v1", files, message: `old ${n}`, at, ...(n === 0 ? { parents: [] } : {}) });
  }
  builder.commit({ branch: "gh-pages", parents: [], files: { "README.md": "figures" }, at: now });
  await builder.finish();
}
