// Choosing metric files in a real browser: the banner, rules with a preview, names of rows, at both widths and in both schemes.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import type { MetricFiles } from "../src/api/contract/files.ts";
import { filesPage, repositoryPage } from "../web/paths.ts";
import { assertAccessible } from "./helpers/accessible.ts";
import { noBrowser } from "./helpers/browser.ts";
import { HistoryBuilder } from "./helpers/git-history.ts";
import { repositoryBecomes } from "./helpers/running-app.ts";
import { until } from "./helpers/until.ts";
import { takeShots } from "./helpers/page-shot.ts";
import { openSignedIn, type SignedInBrowser } from "./helpers/signed-in-browser.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const EXPECTED = ["Failed to load resource: the server responded with a status of 40"];
/** How long files may take to become what they should be, in ms. */
const GIVE_UP_MS = 60_000;
const ENGINES = ["zig", "c", "rust", "go", "java", "bash\u202e"];

async function makeHistory(folder: string): Promise<void> {
  const history = new HistoryBuilder(folder);
  for (let n = 0; n < 9; n++) {
    const runs = ENGINES.flatMap((engine, row) =>
      ["small", "large"].map((size) => ({ engine, size, ops: 1_000 * row + n, "p(95)": row / (n + 1), note: null })),
    );
    const files = {
      "metrics.json": JSON.stringify({ loss: 1 / (n + 1), accuracy: n / 10 }),
      "bench/results.json": JSON.stringify({ runs }),
      "data/figures.json": JSON.stringify(
        Object.fromEntries(ENGINES.map((engine, row) => [engine, { mean: row + n }])),
      ),
      ...Object.fromEntries(
        ["a", "b"].map((name) => [`reports/${name}/summary.yaml`, `total: ${n}\nfailed: ${n % 3}\n`]),
      ),
    };
    history.commit({ files });
  }
  history.commit({ branch: "gh-pages", files: { "dev/bench/data.js": "window.BENCHMARK_DATA = {}" } });
  await history.finish();
}

describe("choosing metric files", { skip: noBrowser }, () => {
  const folder = temporaryFolder();
  let signedIn: SignedInBrowser;

  before(async () => {
    signedIn = await openSignedIn(folder, EXPECTED);
    for (const name of ["engines", "other"]) {
      await makeHistory(join(folder, name));
      await signedIn.running.follow(join(folder, name), name, signedIn.cookie);
      await filesBecome(name, ({ candidates }) => candidates.length > 0);
    }
  });
  after(() => signedIn?.close());

  /** Asks until a repository's files are as they should be. */
  async function filesBecome(name: string, isSo: (files: MetricFiles) => boolean): Promise<MetricFiles> {
    const { origin } = signedIn.running;
    const last = performance.now() + GIVE_UP_MS;
    for (;;) {
      const answer = await fetch(`${origin}/api/v1/repositories/${name}/files`, {
        headers: { cookie: signedIn.cookie },
      });
      const files = (await answer.json()) as MetricFiles;
      if (isSo(files)) return files;
      assert.ok(performance.now() < last, `the files of ${name} stay ${JSON.stringify(files)}`);
      await repositoryBecomes("ready", name, { origin, cookie: signedIn.cookie });
    }
  }

  const isRead = ({ reading }: MetricFiles): boolean => !reading;

  test("the banner offers what holds numbers with its keys, leads to the page, and leaves when it is told to", async () => {
    const page = await signedIn.open(repositoryPage("engines"));
    const banner = page.getByRole("region", { name: "Files that are not read" });
    await banner.waitFor();
    const words = await banner.innerText();
    assert.match(words, /Not read, and hold numbers:.*and 1 other/s);
    assert.match(words, /data\/figures\.json.*9 versions · 6 numbers/s);
    assert.match(words, /zig\.mean/);
    assert.equal(await page.getByText("dev/bench/data.js").count(), 1, "one notice of what is not read yet");
    await banner.getByRole("link", { name: "Choose files" }).click();
    await page.getByRole("heading", { name: "Metric files" }).waitFor();
    await page.goBack();
    await banner.getByRole("button", { name: "Not now" }).click();
    await page.reload();
    await page.locator(".cell").first().waitFor();
    assert.equal(await banner.count(), 0);
    await page.context().close();
  });

  test("a pattern is looked at before it is added, what is wrong with it stands at the field", async () => {
    const page = await signedIn.open(filesPage("engines"));
    const field = page.getByRole("textbox", { name: "A path or a glob" });
    await field.fill("/etc/passwd");
    const problem = page.getByRole("alert");
    await problem.waitFor();
    assert.match(await problem.innerText(), /found an absolute path, wanted a path inside the repository/);
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    assert.ok(await page.getByRole("button", { name: "Add rule" }).isDisabled());
    await field.fill("ä".repeat(129));
    await page.getByText("at most 256 bytes").waitFor();
    assert.ok(await page.getByRole("button", { name: "Add rule" }).isDisabled());
    assert.equal(await field.getAttribute("maxlength"), "256");
    await field.fill("*.yaml");
    await page.getByText("names 2 files with 18 versions").waitFor();
    const preview = page.locator(".preview");
    assert.match(
      await preview.innerText(),
      /\*\*\/\*\.yaml.*reports\/a\/summary\.yaml\s+9 versions · 2 numbers · yaml/s,
    );
    assert.match(await preview.innerText(), /total/);
    await field.fill("nowhere/*.csv");
    await page.getByText("names no file of the newest 200 commits").waitFor();
    await page.context().close();
  });

  test("rules are added, turned off and removed, saved at once, and the history is read again meanwhile readable", async () => {
    const page = await signedIn.open(filesPage("engines"));
    await page.getByRole("button", { name: "Read data/figures.json", exact: true }).click();
    await page.getByRole("textbox", { name: "A path or a glob" }).fill("reports/*/summary.yaml");
    await page.getByRole("button", { name: "Add rule" }).click({ timeout: 10_000 });
    await page.getByRole("checkbox", { name: "**/metrics.json" }).uncheck();
    const bar = page.getByRole("region", { name: "Changes that are not saved" });
    assert.match(await bar.innerText(), /3 changes not saved/);
    await bar.getByRole("button", { name: "Save and read again" }).click();
    await bar.waitFor({ state: "detached" });
    const files = await filesBecome("engines", isRead);
    assert.deepEqual(
      files.files.map(({ path, rule }) => [path, rule]),
      [
        ["bench/results.json", "**/results.json"],
        ["data/figures.json", "data/figures.json"],
        ["reports/a/summary.yaml", "reports/*/summary.yaml"],
        ["reports/b/summary.yaml", "reports/*/summary.yaml"],
      ],
    );
    await page.locator(".file-list code", { hasText: "data/figures.json" }).waitFor();
    await page.getByRole("button", { name: "Remove data/figures.json" }).click();
    await page.getByRole("checkbox", { name: "**/metrics.json" }).check();
    await bar.getByRole("button", { name: "Discard" }).click();
    await bar.waitFor({ state: "detached" });
    await page.context().close();
  });

  test("rows are named by other fields after a look at the names, and left to Tidemark again", async () => {
    const page = await signedIn.open(filesPage("other", { path: "bench/results.json" }));
    const names = page.locator(".row-names");
    await names.getByText("named by engine, size (as Tidemark found)").waitFor();
    await names.getByText("Each of the 12 rows has a name of its own.").waitFor();
    await names.getByRole("checkbox", { name: /^engine/ }).uncheck();
    await names.getByText("Of 12 rows, 10 rows have the name of another one and would be numbered.").waitFor();
    await names.getByRole("checkbox", { name: /^engine/ }).check();
    await names.getByText("[size=small,engine=zig]").waitFor();
    await names.getByRole("button", { name: "Name rows so and read again" }).click();
    await names.getByText("named by size, engine (as somebody chose)").waitFor();
    // the page shows the choice before the server has it
    await until("columns are named so", async () => {
      const answer = await fetch(`${signedIn.running.origin}/api/v1/repositories/other/columns?search=zig`, {
        headers: { cookie: signedIn.cookie },
      });
      return /runs\[size=small,engine=zig\]\.ops/.test(await answer.text());
    });
    await names.getByRole("button", { name: "Leave it to Tidemark" }).click();
    await filesBecome("other", isRead);
    await names.getByText("(as Tidemark found)").waitFor();
    await page.context().close();
  });

  test("axe finds nothing on the page and the banner, wide and narrow", async () => {
    const wideOne = { width: 1280, height: 900 };
    for (const viewport of [wideOne, { width: 360, height: 740 }]) {
      const look = async (page: Page, name: string): Promise<void> => {
        await assertAccessible(page, `${name} ${viewport.width}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= viewport.width, `${name} is ${wide} wide`);
        await takeShots(page, `${name}-${viewport.width}`);
      };
      const table = await signedIn.open(repositoryPage("other"), { viewport });
      await table.getByRole("region", { name: "Files that are not read" }).waitFor();
      await table.locator(".grid-row").first().waitFor();
      await look(table, "banner");
      await table.context().close();
      const page = await signedIn.open(filesPage("other", { path: "bench/results.json" }), { viewport });
      await page.getByText("Each of the 12 rows").waitFor();
      await page.getByRole("textbox", { name: "A path or a glob" }).fill("*.yaml");
      await page.getByText("names 2 files with").waitFor();
      await page.getByRole("button", { name: "Read data/figures.json", exact: true }).click();
      await page.getByRole("checkbox", { name: "**/metrics.json" }).uncheck();
      await look(page, "files");
      await page.getByRole("textbox", { name: "A path or a glob" }).fill("../x");
      await page.getByRole("alert").waitFor();
      await look(page, "files-error");
      await page.context().close();
    }
  });

  test("no page complained", () => assert.deepEqual(signedIn.complaints.list, []));
});
