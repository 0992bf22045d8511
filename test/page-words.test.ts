// What the pages say and how it looks: removed files, empty forms, branches without values, colours, at both widths.
import assert from "node:assert/strict";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Locator } from "playwright-core";
import { commitPage, repositoryPage } from "../web/paths.ts";
import { noBrowser } from "./helpers/browser.ts";
import { git, HistoryBuilder, makeBare } from "./helpers/git-history.ts";
import { openSignedIn, type SignedInBrowser } from "./helpers/signed-in-browser.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const EXPECTED = ["Failed to load resource: the server responded with a status of 4"];
const NARROW = { viewport: { width: 360, height: 740 } };
const WEB_ADDRESS = "the web address of a Git repository, such as https://";

describe("what pages say", { skip: noBrowser }, () => {
  const folder = temporaryFolder();
  const history = join(folder, "words");
  let pages: SignedInBrowser;
  let removing: string;
  let dropping: string;

  before(async () => {
    pages = await openSignedIn(folder, EXPECTED);
    await makeHistory(history);
    [removing, dropping] = ["remove", "drop f1"].map((subject) =>
      git(history, "log", "-1", "--format=%H", `--grep=^${subject}$`, "main"),
    ) as [string, string];
    await pages.running.follow(history, "words", pages.cookie);
    makeBare(join(folder, "empty"));
    await pages.running.follow(join(folder, "empty"), "empty", pages.cookie);
  });
  after(() => pages.close());

  test("a row says that its commit removed a file, whatever columns are shown, and its cells that they are gone", async () => {
    const page = await pages.open(repositoryPage("words", { columns: ["metrics.json:loss"] }));
    const row = page.locator(".grid-row", { hasText: removing.slice(0, 7) });
    assert.match(await row.locator(".commit").innerText(), /removed old\/metrics\.json/);
    assert.equal(await page.locator(".removed").count(), 1);
    await page.context().close();
    const narrow = await pages.open(repositoryPage("words", { columns: ["metrics.json:loss"] }), NARROW);
    assert.match(await narrow.locator(".grid-row .commit").filter({ hasText: "remove" }).innerText(), /−1 file/);
    await narrow.context().close();

    const columns = ["old/metrics.json:bleu", "metrics.json:f1", "metrics.json:loss"];
    const cells = await pages.open(repositoryPage("words", { columns }));
    const gone = cells.locator(".cell.gone");
    await gone.first().waitFor();
    assert.deepEqual(await gone.allInnerTexts(), ["gone\nwas 0.7", "gone\nwas 41.5"]);
    await gone.last().hover();
    const parent = git(history, "rev-parse", "--short=7", `${removing}^`);
    assert.equal(await gone.last().getAttribute("title"), `gone, was 41.5 at ${parent}`);
    await cells.context().close();
  });

  test("the commit's page lists what went, also when only what changed is shown", async () => {
    const page = await pages.open(commitPage("words", removing));
    const section = page.getByRole("region", { name: "old/metrics.json" });
    await section.waitFor();
    assert.match(await section.innerText(), /removed by this commit/);
    assert.deepEqual(await section.locator("tbody th bdi").allInnerTexts(), ["bleu", "rouge"]);
    assert.deepEqual(await section.locator("tbody td").allInnerTexts(), [
      "41.5",
      "–",
      "gone",
      "",
      "3",
      "–",
      "gone",
      "",
    ]);
    assert.match(await page.locator(".commit-tools").innerText(), /2 gone/);
    await page.getByRole("checkbox", { name: "Only what changed" }).check();
    assert.equal(await section.locator("tbody tr").count(), 2);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      section.getByRole("link", { name: "Last raw file" }).click(),
    ]);
    assert.equal(download.suggestedFilename(), "metrics.json");
    await page.context().close();
    const other = await pages.open(commitPage("words", dropping));
    const row = other.locator(".values tbody tr", { hasText: "f1" });
    await row.waitFor();
    assert.deepEqual(await row.locator("td").allInnerTexts(), ["0.7", "–", "gone", ""]);
    await other.context().close();
  });

  test("the first screen is of columns that the newest commits hold, and a value that never changed is no best", async () => {
    const page = await pages.open(repositoryPage("words"));
    await page.locator(".cell").first().waitFor();
    const names = await page.locator(".grid-name .name bdi").allInnerTexts();
    assert.deepEqual(names.slice(0, 3), ["accuracy", "loss", "f1"]);
    assert.equal(await page.locator(".cell.record").count(), 1);
    assert.match((await page.locator(".grid-row", { has: page.locator(".cell.record") }).innerText()) ?? "", /step 49/);
    await page.context().close();
  });

  test("a branch without values shows its commits and says so", async () => {
    const page = await pages.open(repositoryPage("words", { branch: "docs" }));
    await page.locator(".grid-row").waitFor();
    assert.equal(await page.locator(".grid-name").count(), 0);
    const words = "No commit of docs has values. Other branches have: choose one above.";
    assert.equal((await page.locator(".strip").innerText()).trim(), words);
    await page.context().close();
  });

  test("counts say what they count: of the branch, or of all", async () => {
    const page = await pages.open(repositoryPage("words"));
    await page.locator(".cell").first().waitFor();
    const footer = page.locator("footer");
    await footer.getByText("could not be read").waitFor(); // the reason comes after the number
    const missing = 'On all branches, 4 commits miss values because "metrics.json" could not be read: ';
    const text = (await footer.innerText()).replace(/\s+/g, " ");
    assert.ok(text.startsWith(`51 commits on main, 40 loaded ${missing}`), text);
    await footer.locator(".missing").click();
    const popover = await page.locator(".warnings").innerText();
    assert.ok(popover.startsWith(missing), popover);
    await page.context().close();
    const list = await pages.open("/");
    const item = list.locator(".repository", { hasText: "words" });
    await item.getByText("56 commits on 3 branches").waitFor();
    assert.match(await list.locator(".list-head").innerText(), /2 repositories followed · 56 commits on 3 branches/);
    await list.context().close();
  });

  test("the legend is there at both widths", async () => {
    for (const options of [{}, NARROW]) {
      const page = await pages.open(repositoryPage("words"), options);
      await page.locator(".cell").first().waitFor();
      assert.ok(await page.getByText("change from previous · underlined: best so far").isVisible());
      await page.context().close();
    }
  });

  test("the form to add a repository says at its field what is wanted", async () => {
    const page = await pages.open("/");
    const field = page.getByRole("textbox", { name: "Address of a Git repository" });
    for (const [address, wanted] of [
      ["", "Enter what leads to a Git repository: its web page or clone URL, such as https://"],
      ["javascript:alert(1)", `found an address that begins with javascript:, wanted ${WEB_ADDRESS}`],
      ["/srv/project", `found the path of a folder, wanted ${WEB_ADDRESS}`],
      ["C:\\ada\\project", "a folder is taken on the command line only, by its path: tidemark repository add FOLDER"],
      ["   ", "Enter what leads to a Git repository"],
    ] as const) {
      await field.fill(address);
      assert.equal(await page.getByRole("alert").count(), 0, "what is typed takes the message away");
      await page.getByRole("button", { name: "Add repository" }).click();
      const alert = page.getByRole("alert");
      await alert.waitFor();
      assert.ok((await alert.innerText()).includes(wanted), await alert.innerText());
      assert.equal(await field.getAttribute("aria-invalid"), "true");
      assert.equal(await field.getAttribute("aria-describedby"), await alert.getAttribute("id"));
    }
    await page.context().close();
  });

  for (const colorScheme of ["light", "dark"] as const) {
    test(`better is green and worse is red, ${colorScheme}`, async () => {
      const page = await pages.open(repositoryPage("words", { columns: ["metrics.json:loss"] }), { colorScheme });
      await page.locator(".change.better").first().waitFor();
      const better = await hueOf(page.locator(".change.better").first());
      const worse = await hueOf(page.locator(".change.worse").first());
      assert.ok(better > 120 && better < 190, `better has the hue ${better}`);
      assert.ok(worse < 40 || worse > 340, `worse has the hue ${worse}`);
      await page.context().close();
    });
  }

  test("the API's page has Tidemark's name and leads back", async () => {
    const page = await pages.open("/api");
    await page.getByText("All repositories of the organisation").waitFor();
    assert.equal(await page.locator(".topbar").isVisible(), false);
    assert.equal(await page.locator("header.tidemark").innerText(), "Tidemark\nAPI\n← Repositories");
    await page.getByRole("link", { name: "← Repositories" }).click();
    await page.getByRole("heading", { name: "Repositories" }).waitFor();
    assert.equal(page.url(), `${pages.running.origin}/`);
    await page.context().close();
  });

  test("a repository whose import failed says why, and can be removed where it says so", async () => {
    const page = await pages.open(repositoryPage("empty"));
    await page.getByRole("heading", { name: "No commits yet" }).waitFor();
    renameSync(join(folder, "empty"), join(folder, "away"));
    await page.getByRole("button", { name: "Sync" }).click();
    const alert = page.getByRole("alert");
    await alert.waitFor();
    assert.match(await alert.innerText(), /no such folder[^]*It stays in the list until it is removed/);
    await page.getByRole("button", { name: "Remove …" }).click();
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    const names = page.locator(".repository .name");
    await names.filter({ hasText: "words" }).waitFor();
    assert.deepEqual(await names.allInnerTexts(), ["words"]);
    await page.context().close();
  });

  test("a commit that a push took from every branch says so and when it goes, and is not counted", async () => {
    const forced = join(folder, "forced");
    const builder = new HistoryBuilder(forced);
    for (const n of [1, 2, 3]) builder.commit({ files: { "metrics.json": `{"n": ${n}}` }, message: `forced ${n}\n` });
    await builder.finish();
    const left = git(forced, "rev-parse", "main");
    await pages.running.follow(forced, "forced", pages.cookie);
    const page = await pages.open(commitPage("forced", left));
    await page.locator(".values").waitFor();
    assert.equal(await page.getByText("No branch has this commit").count(), 0);
    git(forced, "update-ref", "refs/heads/main", `${left}~1`);
    const asked = await page.request.post(`${pages.running.origin}/api/v1/repositories/forced/sync`, {
      headers: { origin: pages.running.origin, "content-type": "application/json" },
    });
    assert.equal(asked.status(), 202);
    const words = /^No branch has this commit any more; it goes on \d{4}-\d\d-\d\d\.$/;
    await page.getByText(words).waitFor();
    assert.match(await page.locator("dl.facts").innerText(), /Branch\s+none/);
    await page.getByRole("link", { name: /^Compare with/ }).click();
    const mark = page.locator(".compared thead .no-branch");
    await mark.waitFor();
    assert.match((await mark.getAttribute("title")) ?? "", words);
    assert.match(await page.locator(".compared thead th").nth(2).innerText(), /on no branch/);
    await page.goto(pages.running.origin);
    const item = page.locator("li.repository", { hasText: "forced" });
    assert.match(await item.innerText(), /2 commits/);
    await page.context().close();
  });

  test("no page complained", () => assert.deepEqual(pages.complaints.list, []));
});

/** Fifty steps and a removal on main, four broken files on dev, and docs without any. */
async function makeHistory(path: string): Promise<void> {
  // branches without a commit for a long time are not followed
  const now = Math.floor(Date.now() / 1_000);
  const builder = new HistoryBuilder(path);
  for (let n = 0; n < 50; n += 1) {
    const f1 = n < 45 ? { f1: 0.7 } : {};
    const subject = n === 45 ? "drop f1" : `step ${n}`;
    const loss = n === 47 ? 9 : 1 / (n + 1);
    const files: Record<string, string> = { "metrics.json": JSON.stringify({ accuracy: 0.9, loss, ...f1 }) };
    if (n === 5) files["old/metrics.json"] = '{"bleu": 41.5, "rouge": 3}';
    if (n >= 48)
      files["aaa/metrics.csv"] = `name,value\n${Array.from({ length: 40 }, (_, i) => `new_${i},${i + n}\n`).join("")}`;
    const mark = builder.commit({ files, message: `${subject}\n` });
    if (n === 30) builder.branch("dev", mark);
    if (n === 44) builder.commit({ files: { "old/metrics.json": null }, message: "remove\n" });
  }
  for (let n = 0; n < 4; n += 1) {
    builder.commit({
      branch: "dev",
      files: { "metrics.json": `{"accuracy": ${n},,}` },
      message: `broken ${n}\n`,
      at: now,
    });
  }
  const docs = { branch: "docs", parents: [], files: { "README.md": "text" } };
  builder.commit({ ...docs, message: "docs\n", at: now });
  await builder.finish();
}

/** The hue of the colour that an element's text is drawn in, in degrees; a grey has none and fails. */
async function hueOf(element: Locator): Promise<number> {
  const colour = await element.evaluate((drawn) => getComputedStyle(drawn).color);
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  const [most, least] = [Math.max(red, green, blue), Math.min(red, green, blue)];
  assert.ok(colour.startsWith("rgb") && most - least > 40, `${colour} is a colour`);
  const sextant =
    most === red
      ? (green - blue) / (most - least)
      : most === green
        ? 2 + (blue - red) / (most - least)
        : 4 + (red - green) / (most - least);
  return (sextant * 60 + 360) % 360;
}
