// States of pages that pass too soon to be looked at in a real import: before its first commit, failed, and who may not.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import {
  activityPage,
  columnPage,
  commitPage,
  comparePage,
  filesPage,
  repositoryPage,
  settingsPage,
} from "../web/paths.ts";
import { assertAccessible } from "./helpers/accessible.ts";
import { noBrowser } from "./helpers/browser.ts";
import { git, HistoryBuilder } from "./helpers/git-history.ts";
import { assertFits, assertStill, SIZES } from "./helpers/layout-browser.ts";
import { PushedRepository } from "./helpers/pushed-repository.ts";
import { until } from "./helpers/until.ts";
import { openSignedIn, type SignedInBrowser } from "./helpers/signed-in-browser.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const EXPECTED = ["Failed to load resource: the server responded with a status of 4"];
/** The pages that show a history, each with what stands there in its place. */
const HISTORY = [repositoryPage("first"), columnPage("first"), comparePage("first")];

describe("states of pages", { skip: noBrowser }, () => {
  const folder = temporaryFolder();
  let pages: SignedInBrowser;

  before(async () => {
    pages = await openSignedIn(folder, EXPECTED);
    const one = new HistoryBuilder(join(folder, "one"));
    one.commit({ files: { "metrics.json": '{"accuracy": 0.7}' } });
    await one.finish();
    await pages.running.follow(join(folder, "one"), "one", pages.cookie);
    // nothing is due for it: it stays as it is until it is made another
    await query(`
      INSERT INTO git_repository (organization_id, name, kind, address, state)
      SELECT organization_id, 'first', kind, address || '-first', 'importing' FROM git_repository WHERE name = 'one'`);
  });
  after(() => pages?.close());

  const query = (sql: string): Promise<unknown> => pages.running.db.database.owner.query(sql, []);

  test("before the first commit can be read each page says so, with a bar that stands still for who wants that", async () => {
    for (const path of HISTORY) {
      for (const reducedMotion of ["no-preference", "reduce"] as const) {
        const page = await pages.open(path, { reducedMotion });
        const bar = page.getByRole("progressbar", { name: "Import" }).first();
        await bar.waitFor();
        const moving = await page.evaluate(() =>
          document
            .getAnimations()
            .flatMap(({ effect }) => (effect?.getTiming().iterations === Number.POSITIVE_INFINITY ? [effect] : [])),
        );
        assert.equal(moving.length > 0, reducedMotion === "no-preference", `${path} with ${reducedMotion}`);
        assert.equal(await page.getByText("No commit yet").count(), 0);
        await page.context().close();
      }
    }
  });

  test("nothing moves, nothing is cut off and axe finds nothing before the first commit", async () => {
    for (const path of HISTORY) {
      for (const viewport of SIZES) {
        const page = await pages.open(path, { viewport });
        await page.getByRole("progressbar", { name: "Import" }).first().waitFor();
        await assertStill(page, `${path} at ${viewport.width}`);
        await assertFits(page, path);
        if (viewport === SIZES[0]) await assertAccessible(page, path);
        await page.context().close();
      }
    }
  });

  test("an import that failed before its first commit says why on each page, and a sync is one press away", async () => {
    await query(
      "UPDATE git_repository SET state = 'failed', problem = 'The server hung up.', version = version + 1 WHERE name = 'first'",
    );
    for (const path of HISTORY) {
      const page = await pages.open(path);
      await page.getByRole("alert").getByText("The server hung up.").waitFor();
      await page.getByRole("button", { name: "Sync" }).waitFor();
      await page.context().close();
    }
  });

  test("a repository without a commit says so and what will happen, and one whose last branch was deleted what to do", async () => {
    const bare = new PushedRepository(join(folder, "bare"));
    await pages.running.follow(bare.folder, "bare", pages.cookie);
    const header = (page: Page) => page.locator(".header-state");
    const open = await pages.open(activityPage("bare"));
    await open.locator(".note").getByText("What is pushed first is read by itself").waitFor();
    assert.equal(await header(open).innerText(), "no commits yet");
    await open.getByText("nothing new").waitFor();
    bare.commit("main");
    await open.getByRole("button", { name: "Sync", exact: true }).click();
    await header(open).getByText("synced").waitFor();
    await open.locator(".note").waitFor({ state: "detached" });
    bare.remove("main");
    await open.getByRole("button", { name: "Sync", exact: true }).click();
    await header(open).getByText("its last branch was deleted").waitFor();
    await open.locator(".note").getByText("main, its last one, was deleted").waitFor();
    await open.locator(".event").first().getByText("main is gone at its server").waitFor();
    assert.match(
      await open.locator(".event").first().innerText(),
      /main is gone at its server[^]*main\s+\w{7}\s+→ gone/,
    );
    await open.context().close();
    for (const viewport of [SIZES[0], SIZES.at(-1)] as { width: number; height: number }[]) {
      for (const path of [repositoryPage("bare"), activityPage("bare"), settingsPage("bare")]) {
        const page = await pages.open(path, { viewport });
        // on a narrow screen it is a dot
        await header(page).getByText("its last branch was deleted").waitFor({ state: "attached" });
        await page
          .locator("main")
          .getByText(/Its last branch was deleted|its last one, was deleted/)
          .first()
          .waitFor();
        await assertFits(page, path);
        await assertAccessible(page, `${path} at ${viewport.width}`);
        await page.context().close();
      }
    }
    const page = await pages.open(repositoryPage("bare"));
    await page.getByRole("heading", { name: "Its last branch was deleted" }).waitFor();
    await page.getByRole("link", { name: /^Its commits are kept until \d{4}-\d\d-\d\d$/ }).click();
    await page.locator(".grid-row .no-branch").waitFor();
    await page.context().close();
  });

  test("one commit is a table of one row, and a chart that says that there is one point", async () => {
    const page = await pages.open(repositoryPage("one"));
    await page.locator(".grid-row").first().waitFor();
    assert.equal(await page.locator(".grid-row").count(), 1);
    await page.goto(pages.running.origin + columnPage("one"));
    await page.locator(".chart, .plot").first().waitFor();
    await page.context().close();
  });

  test("files that DVC keeps elsewhere are told of in one sentence, and cannot be asked for", async () => {
    const kept = new HistoryBuilder(join(folder, "kept"));
    const note = "outs:\n- md5: 0123456789abcdef0123456789abcdef\n  size: 9\n  path: ";
    const names = ["a.json", "b.json"];
    kept.commit({
      files: {
        "metrics.json": '{"accuracy": 0.7}',
        "dvc.yaml": `metrics:\n${names.map((name) => `- ${name}\n`).join("")}`,
        ...Object.fromEntries(names.map((name) => [`${name}.dvc`, `${note}${name}\n`])),
      },
    });
    kept.commit({ files: { "metrics.json": '{"accuracy": 0.8}' } });
    await kept.finish();
    await pages.running.follow(join(folder, "kept"), "kept", pages.cookie);
    const page = await pages.open(commitPage("kept", git(join(folder, "kept"), "rev-parse", "main~1")));
    const said = page.locator(".note.bad .warnings").first().locator("li");
    await said.first().waitFor();
    assert.equal(await said.count(), 1);
    assert.match(await said.innerText(), /^a\.json, b\.json .*DVC keeps the file outside Git/);
    assert.equal(await page.getByRole("link", { name: "Raw file" }).count(), 1);
    await page.context().close();
  });

  test("numbers that no double holds are drawn, counted and shown with all their digits", async () => {
    const large = new HistoryBuilder(join(folder, "large"));
    for (const flos of ["1000000000000000001", "3000000000000000001", "9223372036854775807"])
      large.commit({ files: { "metrics.json": `{"total_flos": ${flos}}` } });
    await large.finish();
    await pages.running.follow(join(folder, "large"), "large", pages.cookie);
    const page = await pages.open("/");
    await page.locator("li.repository", { hasText: "large" }).getByText(/9\.22/).first().waitFor();
    await page.goto(pages.running.origin + columnPage("large"));
    await page.locator(".chart, .plot").first().waitFor();
    await page
      .locator(".column-commits, table")
      .getByText(/9\.22|9,223/)
      .first()
      .waitFor();
    await page.goto(pages.running.origin + repositoryPage("large"));
    await page.locator(".cell").first().hover();
    await page.locator('.cell[title*="9223372036854775807"]').first().waitFor();
    await page.context().close();
  });

  test("who may only look sees everything, and is told at the press why nothing can be changed", async () => {
    await query("UPDATE membership SET role = 'viewer'");
    // a session knows its role for some seconds
    const { origin } = pages.running;
    const headers = { cookie: pages.cookie, origin, "content-type": "application/json" };
    await until("she may only look", async () => {
      const answer = await fetch(`${origin}/api/v1/repositories/one/sync`, { method: "POST", headers });
      return answer.status === 403;
    });
    for (const path of [repositoryPage("one"), settingsPage("one"), filesPage("one")]) {
      const page = await pages.open(path);
      await page.getByRole("button", { name: "Sync" }).click();
      const said = page.getByRole("alert").first();
      await said.waitFor();
      assert.match(await said.innerText(), /viewer/, path);
      await page.context().close();
    }
    const page = await pages.open(settingsPage("one"));
    await page.getByRole("textbox", { name: "Name of the repository" }).fill("other");
    await page.getByRole("button", { name: "Rename" }).click();
    await page.getByRole("alert").first().waitFor();
    assert.match(await page.getByRole("alert").first().innerText(), /viewer/);
    await page.context().close();
  });

  test("no page complained", () => assert.deepEqual(pages.complaints.list, []));
});
