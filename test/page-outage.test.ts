// What a page says while the database cannot be reached: one quiet line of when its rows are, which goes by itself.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { repositoriesPage, repositoryPage } from "../web/paths.ts";
import { assertAccessible } from "./helpers/accessible.ts";
import { noBrowser } from "./helpers/browser.ts";
import { HistoryBuilder } from "./helpers/git-history.ts";
import { openSignedIn, type SignedInBrowser } from "./helpers/signed-in-browser.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const AS_OF = "2026-11-27T12:03:10.500Z";

describe("a page during an outage of the database", { skip: noBrowser }, () => {
  const folder = temporaryFolder();
  let pages: SignedInBrowser;

  before(async () => {
    pages = await openSignedIn(folder, []);
    const one = new HistoryBuilder(join(folder, "one"));
    one.commit({ files: { "metrics.json": '{"accuracy": 0.7}' } });
    await one.finish();
    await pages.running.follow(join(folder, "one"), "one", pages.cookie);
  });
  after(() => pages?.close());

  test("says of when its rows are, and says it no more once they are of now", async () => {
    for (const path of [repositoriesPage(), repositoryPage("one")]) {
      const page = await pages.open(path);
      const line = page.getByText("The database is not reachable: what you see is of");
      await page.getByText("one", { exact: true }).first().waitFor();
      assert.equal(await line.count(), 0);
      // as the server answers while its primary is down
      await page.route("**/api/v1/**", async (route) => {
        if (route.request().url().includes("/stream")) return route.continue();
        const answer = await route.fetch();
        return route.fulfill({ response: answer, headers: { ...answer.headers(), "tidemark-as-of": AS_OF } });
      });
      await page.reload();
      await line.waitFor();
      const shown = await page.evaluate((time) => new Date(time).toLocaleTimeString("en-GB"), AS_OF);
      assert.equal(await line.textContent(), `The database is not reachable: what you see is of ${shown}`);
      await assertAccessible(page, path);
      await page.unroute("**/api/v1/**");
      await line.waitFor({ state: "detached" });
      await page.context().close();
    }
  });
});
