// The page of activity in a real browser: why each event came, what came, what it led to, and running it again.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { activityPage, commitPage, filesPage, repositoryPage } from "../web/paths.ts";
import { assertAccessible } from "./helpers/accessible.ts";
import { noBrowser } from "./helpers/browser.ts";
import { git, HistoryBuilder } from "./helpers/git-history.ts";
import { assertFits, assertStill, SIZES } from "./helpers/layout-browser.ts";
import { openSignedIn, type SignedInBrowser } from "./helpers/signed-in-browser.ts";
import { storeEvents } from "./helpers/stored-events.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const EXPECTED = ["Failed to load resource: the server responded with a status of 4"];

describe("the page of activity", { skip: noBrowser }, () => {
  const folder = temporaryFolder();
  const history = join(folder, "lines");
  let pages: SignedInBrowser;
  let shas: readonly string[];

  before(async () => {
    pages = await openSignedIn(folder, EXPECTED);
    const builder = new HistoryBuilder(history);
    for (let n = 0; n < 4; n++) builder.commit({ files: { "metrics.json": `{"loss": ${9 - n}}` } });
    await builder.finish();
    shas = git(history, "log", "--format=%H", "main").split("\n");
    await pages.running.follow(history, "lines", pages.cookie);
    await storeEvents(pages.running.db, "lines", shas);
  });
  after(() => pages?.close());

  const item = (page: Page, words: string) => page.locator(".event").filter({ hasText: words });
  const openPage = async (...args: Parameters<SignedInBrowser["open"]>): Promise<Page> => {
    const page = await pages.open(...args);
    await page.locator(".event, .note").first().waitFor();
    return page;
  };

  test("each event says why it is there, what became of it and what it led to, with links", async () => {
    const page = await openPage(activityPage("lines"));
    const words = await page.locator(".event").allInnerTexts();
    const said = (text: string): string => words.find((each) => each.includes(text)) ?? assert.fail(text);
    assert.match(said("webhook of GitHub, “push”"), /done .* ago[^]*main\s+\w{7}\s+→\s+\w{7}/);
    assert.match(said("webhook of GitHub, “push”"), /2 commits, 3 file versions, 1 warning · forced push/);
    assert.match(
      said("webhook of GitHub, “push”"),
      /forced\s+\w{7}\s+→\s+\w{7}\s+· compare · forced: 2 commits left the branch/,
    );
    assert.match(said("“ping”"), /nothing to do[^]*GitHub tries whether we answer/);
    assert.match(said("found by polling"), /2 attempts failed[^]*tried again in \d+ \w+[^]*Try now/);
    assert.match(said("Tidemark itself: this version reads some of its files in another way"), /given up[^]*Run again/);
    assert.match(said("the repository was added"), /Import/);
    const push = item(page, "“push”");
    await push.getByRole("link", { name: "compare" }).first().click();
    await page.getByRole("table").first().waitFor();
    assert.deepEqual(new URL(page.url()).searchParams.getAll("commits"), [shas[2], shas[0]]);
    await page.context().close();
  });

  test("what came is shown line by line when it is asked for, and saved as it came", async () => {
    const page = await openPage(activityPage("lines"));
    const push = item(page, "“push”");
    assert.equal(await page.locator(".event-body").count(), 0);
    await push.getByText("What came").press("Enter");
    const body = push.getByRole("region", { name: "The body as it came" });
    await body.waitFor();
    assert.match(await body.innerText(), /^\{\n {2}"ref": "refs\/heads\/main",\n {2}"id": 12345678901234567890\n\}/);
    assert.match(await push.innerText(), /names refs\/heads\/main[^]*Delivery 72d3162e/);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      push.getByRole("link", { name: "Save it as it came" }).click(),
    ]);
    assert.equal(readFileSync(await download.path(), "utf8"), '{"ref":"refs/heads/main","id":12345678901234567890}');
    const ping = item(page, "“ping”");
    await ping.getByText("What came").click();
    await ping.getByText("which is no text: shown in base64").waitFor();
    const poll = item(page, "“old”");
    await poll.getByText("What came").click();
    await poll.getByText("Its body is not kept any more").waitFor();
    await page.context().close();
  });

  test("a body that holds markup and controls is shown as what it is", async () => {
    const page = await openPage(activityPage("lines"));
    const hostile = item(page, "hostile");
    await hostile.getByText("What came").click();
    await hostile.locator(".event-body").waitFor();
    assert.match(await hostile.locator(".event-body").innerText(), /<img src=x onerror=alert\(1\)>/);
    assert.equal(await hostile.locator(".event-body img").count(), 0);
    assert.ok((await hostile.locator(".hidden-character").count()) > 0);
    await page.context().close();
  });

  test("state and cause narrow the list; the choice is in the address, and nothing of a kind says so", async () => {
    const page = await openPage(activityPage("lines"));
    const all = await page.locator(".event").count();
    await page.getByRole("combobox", { name: "Because of" }).selectOption("Webhooks");
    await item(page, "the repository was added").waitFor({ state: "detached" });
    assert.equal(new URL(page.url()).search, "?source=webhook");
    assert.equal(await page.locator(".event").count(), 4);
    await page.getByRole("combobox", { name: "State" }).selectOption("Nothing to do");
    await item(page, "“push”").waitFor({ state: "detached" });
    assert.equal(await page.locator(".event").count(), 1);
    await page.reload();
    await item(page, "“ping”").waitFor();
    await page.getByRole("combobox", { name: "State" }).selectOption("Given up");
    await page.getByText("Nothing of this kind.").waitFor();
    await page.getByRole("link", { name: "Everything that happened" }).click();
    await item(page, "found by polling").waitFor();
    assert.equal(await page.locator(".event").count(), all);
    await page.context().close();
  });

  test("what is over runs again at a press, as a new one", async () => {
    const page = await openPage(activityPage("lines"));
    const given = item(page, "Tidemark itself");
    await given.getByRole("button", { name: "Run again" }).click();
    await given.getByText(/done \d+ s ago/).waitFor();
    assert.doesNotMatch(await given.innerText(), /Cannot fetch|attempts failed/);
    await page.context().close();
  });

  test("who may not see bodies is told so at the press", async () => {
    const { owner } = pages.running.db.database;
    const set = (role: string) => owner.query("UPDATE membership SET role = $1", [role]);
    await set("viewer");
    const page = await openPage(activityPage("lines"));
    // a session's rights are remembered for a moment
    const push = item(page, "“push”");
    await push.getByText("What came").click();
    const refused = push.getByText(/found the role viewer/);
    const shown = push.locator(".event-body");
    await refused.or(shown).first().waitFor();
    for (let n = 0; n < 40 && (await refused.count()) === 0; n++) {
      await page.reload();
      await push.getByText("What came").click();
      await refused.or(shown).first().waitFor();
    }
    assert.equal(await refused.count(), 1);
    await set("owner");
    await page.context().close();
  });

  test("once the session has ended nothing of the page stays, whatever was asked for", async () => {
    for (const ask of [
      (page: Page) => page.getByRole("combobox", { name: "State" }).selectOption("Waiting"),
      (page: Page) => page.getByRole("button", { name: "Sync", exact: true }).click(),
    ]) {
      const page = await openPage(activityPage("lines"));
      await page.context().clearCookies();
      const signedOut = page.getByText("Sign in with the link in your terminal").waitFor();
      // the page's own next request may be the first to hear of it, and what was to be pressed is gone then
      await Promise.race([ask(page), signedOut]);
      await signedOut;
      for (const left of [".event", ".header-state", "nav", "header button:text-is('Sync')"])
        assert.equal(await page.locator(left).count(), 0, left);
      await page.context().close();
    }
  });

  test("a link pasted into the page that asks for it signs in, a sign-out in one tab empties all, and they come back together", async () => {
    const signedOut = { storageState: { cookies: [], origins: [] } };
    const page = await pages.open("/signin", signedOut);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    const link = await pages.running.signInLink();
    // only what stands behind the # is another one: the browser loads nothing
    await page.evaluate((address) => window.location.assign(address), link);
    await page.getByRole("heading", { name: "Repositories" }).waitFor();
    assert.equal(new URL(page.url()).hash, "");
    const open: Page[] = [];
    for (const path of [
      activityPage("lines"),
      repositoryPage("lines"),
      filesPage("lines"),
      commitPage("lines", shas[0] ?? ""),
    ]) {
      const tab = await page.context().newPage();
      await tab.goto(pages.running.origin + path);
      await tab.getByRole("link", { name: "Table" }).waitFor();
      open.push(tab);
    }
    await page.getByRole("button", { name: "Account and colours" }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    for (const tab of open) {
      await tab.getByText("Sign in with the link in your terminal").waitFor();
      for (const left of ["nav", ".event", ".grid-row", ".values", ".header-state"])
        assert.equal(await tab.locator(left).count(), 0, `${left} of ${tab.url()}`);
    }
    const waits = page.getByText("Sign in with the link in your terminal");
    await waits.waitFor();
    assert.equal(await page.getByRole("alert").count(), 0, "the link that was used is not tried once more");
    const [first] = open;
    assert.ok(first !== undefined);
    await first.evaluate(() => Object.assign(window, { stays: true }));
    const stale = await page.context().newPage();
    await stale.goto(link);
    await stale.getByRole("alert").getByText("found").waitFor();
    const another = await page.context().newPage();
    await another.goto(await pages.running.signInLink());
    await another.getByRole("heading", { name: "Repositories" }).waitFor();
    for (const tab of open) await tab.getByRole("link", { name: "Table" }).waitFor();
    for (const tab of [page, stale]) await tab.getByRole("heading", { name: "Repositories" }).waitFor();
    assert.equal(await first.evaluate(() => "stays" in window), true, "nothing was loaded anew");
    await page.context().close();
  });

  test("buttons say what they run again", async () => {
    const page = await openPage(activityPage("lines"));
    const names = await page.locator(".event-again button").evaluateAll((all) => all.map((each) => each.ariaLabel));
    assert.ok(names.length >= 5);
    assert.ok(
      names.every((name) => /^(Run again|Try now): (Sync|Import), .+/.test(name ?? "")),
      names.join("\n"),
    );
    await page.context().close();
  });

  test("axe finds nothing, nothing moves and nothing is cut off at any width", async () => {
    for (const { width, height } of SIZES) {
      const page = await openPage(activityPage("lines"), { viewport: { width, height } });
      await item(page, "found by polling").waitFor();
      await assertStill(page, `activity at ${width}`);
      const push = item(page, "hostile");
      await push.getByText("What came").click();
      await push.locator(".event-body, [role=alert]").first().waitFor();
      await assertAccessible(page, `activity at ${width}`);
      await assertFits(page, `activity at ${width}`);
      await page.context().close();
    }
  });

  test("no page complained", () => assert.deepEqual(pages.complaints.list, []));
});
