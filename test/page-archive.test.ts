// A history of which only the newest commits are in the database, in a real browser: all of it is read, and what is said while
// its archive is away.
import assert from "node:assert/strict";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { RepositoryArchive } from "../src/api/contract/archive.ts";
import type { OrganizationId, RepositoryId } from "../src/domain/model.ts";
import { makeDemoRepository } from "../src/workspace/demo-history.ts";
import { activityPage, api, columnPage, commitPage, comparePage, repositoryPage, settingsPage } from "../web/paths.ts";
import { assertAccessible } from "./helpers/accessible.ts";
import { archiveNow } from "./helpers/archived-history.ts";
import { noBrowser } from "./helpers/browser.ts";
import { git } from "./helpers/git-history.ts";
import { takeShots } from "./helpers/page-shot.ts";
import { openSignedIn, type SignedInBrowser } from "./helpers/signed-in-browser.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { withClient } from "./helpers/with-client.ts";

const [LOSS, F1] = ["metrics.json:loss", "metrics.json:f1"];
/** Newest commits that stay, and the one below them. */
const KEEP = 41;
const EXPECTED = ["Failed to load resource: the server responded with a status of 503"];
const MISSING = "Older commits cannot be shown just now: ";
const SEARCHED = `Only the newest ${KEEP} commits were looked through: `;

/** A run that failed, as the archiver notes it. */
const FAIL = `
  INSERT INTO archive_run (organization_id, repository_id, task, state, first_position, last_position, finished_at, problem)
  SELECT organization_id, id, 'archive', 'failed', 0, 8, now(),
    'Cannot write the archive''s object "file:///srv/archive/x": found no room, wanted some.'
  FROM git_repository WHERE name = 'demo'`;
const FOUND = `SELECT organization_id::text AS organization, id::text AS repository FROM git_repository WHERE name = $1`;

describe("a history in the archive", { skip: noBrowser }, () => {
  const folder = temporaryFolder();
  const demo = join(folder, "demo");
  const archive = join(folder, "archive", "objects");
  let pages: SignedInBrowser;
  let line: readonly string[];

  const openTable = async (path: string, options = {}): Promise<Page> => {
    const page = await pages.open(path, options);
    await page.locator(".grid:not(.replacing) .cell").first().waitFor();
    return page;
  };
  const away = async (work: () => Promise<void>): Promise<void> => {
    await rename(archive, `${archive}-away`);
    try {
      await work();
    } finally {
      await rename(`${archive}-away`, archive);
    }
  };

  const archiveOld = async (name: string, keep: number): Promise<number> => {
    const { adminUrl, database } = pages.running.db;
    const { rows } = await withClient(adminUrl, (client) => client.query<Record<string, string>>(FOUND, [name]));
    const place = {
      organizationId: rows[0]?.["organization"] as OrganizationId,
      repositoryId: rows[0]?.["repository"] as RepositoryId,
    };
    return (await archiveNow(database, place, { keep, folder: join(folder, "archive") })).archivedTo;
  };

  before(async () => {
    const settings = { TIDEMARK_ARCHIVE: archive, TIDEMARK_ARCHIVE_KEEP_COMMITS: "1000000", TIDEMARK_PAGE_CACHE: "0" };
    pages = await openSignedIn(folder, EXPECTED, settings);
    await makeDemoRepository(demo, { seed: 1 });
    await pages.running.follow(demo, "demo", pages.cookie);
    line = git(demo, "rev-list", "--first-parent", "main").split("\n");
    assert.ok((await archiveOld("demo", KEEP)) > 100);
  });
  after(() => pages?.close());

  test("is scrolled down to its first commit, sorted, drawn, compared and taken away as a whole", async () => {
    const page = await openTable(repositoryPage("demo", { columns: [LOSS, F1] }));
    await scrollToEnd(page);
    await page.locator(`.commit-link[href$="${line.at(-1)}"]`).waitFor();
    assert.equal(await page.locator(".grid-row.end").count(), 0);
    for (const sorted of [[LOSS], [LOSS, F1]]) {
      const sort = sorted.map((column) => ({ column, order: "asc" as const }));
      await page.goto(pages.running.origin + repositoryPage("demo", { columns: [LOSS, F1], sort }));
      await page
        .locator(".grid:not(.replacing) .grid-name[aria-sort]")
        .nth(sorted.length - 1)
        .waitFor();
      await page.getByText(`${line.length} commits; by`).waitFor();
    }
    await page.goto(pages.running.origin + columnPage("demo", { columns: [LOSS] }));
    await page.getByRole("button", { name: "More commits" }).click();
    await page.goto(pages.running.origin + comparePage("demo", { commits: [line[0] ?? "", line.at(-1) ?? ""] }));
    await page.locator("table").first().waitFor();
    const taken = await page.request.get(
      pages.running.origin + api.export("demo", { columns: [LOSS], format: "ndjson" }),
    );
    assert.equal((await taken.text()).trim().split("\n").length, line.length);
    assert.deepEqual(pages.complaints.list, []);
    await page.context().close();
  });

  for (const width of [1280, 360]) {
    test(`is shown as far as the database has it while its archive is away, ${width} px`, async () => {
      const options = { viewport: { width, height: 800 } };
      const page = await openTable(repositoryPage("demo", { columns: [LOSS, F1] }), options);
      await away(async () => {
        await page.reload();
        await page.locator(".cell").first().waitFor();
        assert.equal(await page.getByText("cannot be").count(), 0, "the newest page is as always");
        await scrollToEnd(page);
        await page.getByText(MISSING).waitFor();
        await assertSeen(page, MISSING);
        await assertAccessible(page, "a table above its archived commits");
        await takeShots(page, `archive-missing-${width}`);
        // answered while it is away: else the next click would find nothing to try
        const answered = page.waitForResponse((answer) => answer.url().includes("/demo/commits?"));
        await page.getByRole("button", { name: "Try again" }).click();
        await answered;
        await page.getByText(MISSING).waitFor();
      });
      await page.getByRole("button", { name: "Try again" }).click();
      await page.getByText(MISSING).waitFor({ state: "detached" });
      await scrollToEnd(page);
      await page.locator(`.commit-link[href$="${line.at(-1)}"]`).waitFor();
      await page.context().close();
    });

    test(`says of a sorted list that it is of the newest commits only, ${width} px`, async () => {
      const options = { viewport: { width, height: 800 } };
      const sort = [{ column: LOSS, order: "asc" as const }];
      const page = await pages.open(repositoryPage("demo"), options);
      await away(async () => {
        await page.goto(pages.running.origin + repositoryPage("demo", { columns: [LOSS, F1], sort }));
        await page.getByText(SEARCHED).first().waitFor();
        await takeShots(page, `archive-sorted-${width}`);
        await assertAccessible(page, "a sorted table of the newest commits");
      });
      await page.getByRole("button", { name: "Try again" }).first().click();
      await page.getByText(SEARCHED).first().waitFor({ state: "detached" });
      await page.getByText(`${line.length} commits; by`).waitFor();
      assert.equal(await page.locator(".grid-row.fresh").count(), 0, "rows of the archive are not new");
      await page.context().close();
    });
  }

  test("may leave the database under an open page, which nobody sees there", async () => {
    const quiet = join(folder, "quiet");
    git(demo, "clone", "-q", "--bare", demo, quiet);
    await pages.running.follow(quiet, "quiet", pages.cookie);
    const sort = [{ column: LOSS, order: "asc" as const }];
    for (const [keep, view] of [
      [120, { columns: [LOSS, F1] }],
      [60, { columns: [LOSS, F1], sort }],
    ] as const) {
      const page = await openTable(repositoryPage("quiet", view));
      const top = page.locator(
        `.commit-link[href="${await page.locator(".commit-link").first().getAttribute("href")}"]`,
      );
      await page.locator(".grid").evaluate((grid) => (grid.scrollTop = 900));
      await top.waitFor({ state: "detached" }); // rows are drawn a moment after the grid has moved
      const shown = (): Promise<unknown> =>
        page.locator(".grid").evaluate((grid) => [grid.scrollTop, grid.querySelector(".grid-body")?.textContent]);
      await page.locator(".grid-row.end").waitFor({ state: "detached" });
      const first = await shown();
      const heard = page.waitForResponse((answer) => answer.url().includes("/quiet/commits?"));
      await archiveOld("quiet", keep);
      await heard;
      await page.locator(".grid:not(.replacing)").waitFor();
      assert.deepEqual(await shown(), first);
      assert.equal(await page.getByText(/new commits?$/).count(), 0);
      assert.equal(await page.locator(".grid-row.fresh").count(), 0);
      await page.context().close();
    }
  });

  test("is told of among its settings and in its activity, with what failed", async () => {
    const page = await pages.open(settingsPage("demo"));
    const words =
      /^[\d,]+ commits, of which (\d+) are in the database and ([\d,]+) in the archive \(written .* ago\)\.$/;
    const said = await page.getByText(words).textContent();
    const asked = await page.request.get(`${pages.running.origin}/api/v1/repositories/demo/archive`);
    const told = RepositoryArchive.parse(await asked.json());
    assert.equal(told.hot + told.archived, told.commits);
    assert.equal(told.commits, Number(git(demo, "rev-list", "--count", "--branches")));
    assert.ok(said?.includes(` ${told.hot} are in the database`), said ?? "");
    await assertAccessible(page, "settings of a repository with an archive");
    await withClient(pages.running.db.adminUrl, (client) => client.query(FAIL));
    await page.reload();
    await page.getByText("Cannot write the archive's object: found no room, wanted some.").waitFor();
    await takeShots(page, "archive-settings");
    await page.goto(pages.running.origin + activityPage("demo"));
    const items = page.locator(".event");
    await items.filter({ hasText: "Archive 9 commits to the archive" }).getByText("failed").waitFor();
    await items
      .filter({ hasText: `${told.runs[0]?.commits} commits to the archive` })
      .getByText("done")
      .waitFor();
    await assertAccessible(page, "activity with runs of the archiver");
    await takeShots(page, "archive-activity");
    await page.context().close();
  });

  test("says on every page that cannot do without it what is missing, and nothing of where it lies", async () => {
    const paths = [
      columnPage("demo", { columns: [LOSS] }),
      comparePage("demo", { commits: [line[0] ?? "", line.at(-1) ?? ""] }),
      commitPage("demo", line.at(-1) ?? ""),
      repositoryPage("demo", { columns: [LOSS, F1], where: "loss > 1000000" }),
    ];
    for (const [index, path] of paths.entries()) {
      const page = await pages.open(repositoryPage("demo"));
      await away(async () => {
        await page.goto(pages.running.origin + path);
        await page.getByRole("heading", { name: "Older commits cannot be read just now" }).waitFor();
        await takeShots(page, `archive-failed-${index}`);
        const text = (await page.locator("body").textContent()) ?? "";
        assert.ok(!text.includes(folder) && !text.includes("objects"), text);
      });
      await page.getByRole("button", { name: "Try again" }).click();
      await page.getByRole("heading", { name: "Older commits cannot be read just now" }).waitFor({ state: "detached" });
      await page.context().close();
    }
  });
});

async function scrollToEnd(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const grid = document.querySelector(".grid");
    if (grid === null) throw new Error("there is no table");
    let height = -1;
    while (height !== grid.scrollHeight || document.querySelector(".grid-row.end .skeleton") !== null) {
      height = grid.scrollHeight;
      grid.scrollTop = height;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
}

/** What is read is inside the window. */
async function assertSeen(page: Page, text: string): Promise<void> {
  const box = await page.getByText(text).boundingBox();
  const width = page.viewportSize()?.width ?? 0;
  assert.ok(box !== null && box.x >= 0 && box.x + box.width <= width, JSON.stringify({ box, width }));
}
