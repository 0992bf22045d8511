// How following a repository goes and its webhook, among its settings and in the list, against a simulated server.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { repositoriesPage, settingsPage } from "../web/paths.ts";
import { assertAccessible } from "./helpers/accessible.ts";
import { noBrowser } from "./helpers/browser.ts";
import { HistoryBuilder } from "./helpers/git-history.ts";
import { assertFits, assertStill, SIZES } from "./helpers/layout-browser.ts";
import { ProviderSimulator } from "./helpers/provider-simulator/simulator.ts";
import { repositoryBecomes } from "./helpers/running-app.ts";
import { openSignedIn, type SignedInBrowser } from "./helpers/signed-in-browser.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const EXPECTED = ["Failed to load resource: the server responded with a status of"];

describe("following a repository", { skip: noBrowser }, () => {
  const folder = temporaryFolder();
  let simulator: ProviderSimulator;
  let pages: SignedInBrowser;

  before(async () => {
    mkdirSync(join(folder, "git"));
    simulator = await ProviderSimulator.start({ kind: "gitea", root: join(folder, "git") });
    const ada = simulator.addAccount("ada", "Ada Lovelace");
    const { text } = simulator.addToken(ada);
    for (const name of ["ada/losses", "ada/open"]) {
      simulator.addRepository(name);
      simulator.push(name, { files: { "metrics.json": '{"loss": 0.5}' } });
    }
    pages = await openSignedIn(folder, EXPECTED, {
      TIDEMARK_ALLOW_HTTP: "1",
      TIDEMARK_EGRESS_ALLOW: `127.0.0.1:${new URL(simulator.url).port}`,
    });
    await post("accounts", { kind: "gitea", server: simulator.url, token: text });
    for (const name of ["ada/losses", "ada/open"]) await post("repositories", { url: `${simulator.url}/${name}` });
    const history = new HistoryBuilder(join(folder, "here"));
    history.commit({ files: { "metrics.json": '{"loss": 1}' } });
    await history.finish();
    await pages.running.follow(join(folder, "here"), "here", pages.cookie);
    const { origin } = pages.running;
    for (const name of ["ada/losses", "ada/open"])
      await repositoryBecomes("ready", name, { origin, cookie: pages.cookie });
  });
  after(async () => {
    await pages?.close();
    await simulator?.close();
  });

  async function post(path: string, body: object): Promise<void> {
    const { origin } = pages.running;
    const headers = { cookie: pages.cookie, "content-type": "application/json", origin };
    const answer = await fetch(`${origin}/api/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    assert.ok(answer.ok, `${path}: ${await answer.text()}`);
  }
  const query = (sql: string, ...values: readonly string[]): Promise<unknown> =>
    pages.running.db.database.owner.query(sql, values);
  const section = (page: Page, title: string): Locator => page.getByRole("region", { name: title, exact: true });
  async function openSettings(name: string, options: Parameters<SignedInBrowser["open"]>[1] = {}): Promise<Page> {
    const page = await pages.open(settingsPage(name), options);
    await section(page, "Following").waitFor();
    return page;
  }

  test("a folder has no webhook, and says how it is followed", async () => {
    const page = await openSettings("here");
    await section(page, "Webhook").getByText("A folder on this machine has none").waitFor();
    assert.match(await section(page, "Following").innerText(), /New commits are followed[^]*Last look/);
    await page.context().close();
  });

  test("its webhook shows address, state and steps, and its secret to who asks; a new secret is another one", async () => {
    const page = await openSettings("ada/open");
    const webhook = section(page, "Webhook");
    const setUp = webhook.getByRole("button", { name: "Set up a webhook" });
    if ((await setUp.count()) > 0) await setUp.click();
    await webhook.getByText("Of Gitea and Forgejo").waitFor();
    assert.match(await webhook.innerText(), /\/hooks\/[0-9a-f]{32}/);
    const hide = webhook.getByRole("button", { name: "Hide the secret" });
    if ((await hide.count()) > 0) await hide.click();
    await webhook.getByText("not shown").waitFor();
    const secretOf = async (): Promise<string> => {
      await hide.waitFor();
      return webhook.locator(".fact", { hasText: "Secret" }).locator("code").innerText();
    };
    await webhook.getByRole("button", { name: "Show the secret" }).press("Enter");
    const first = await secretOf();
    assert.ok(first.length >= 20, first);
    await webhook.getByRole("button", { name: "New secret" }).click();
    await page.waitForFunction((old) => !document.body.innerText.includes(old), first);
    assert.notEqual(await secretOf(), first);
    await webhook.getByText("The secret before this one is taken too").waitFor();
    assert.ok((await webhook.locator(".by-hand li").count()) > 2);
    await webhook.getByText("How it is made by hand").click();
    await webhook.getByRole("combobox", { name: "Signed as by" }).selectOption("signed");
    await webhook.getByRole("button", { name: "Make another webhook in its place" }).click();
    await webhook.getByText("Of a signed call").waitFor();
    assert.match(await webhook.locator("pre").first().innerText(), /^[^]*curl /);
    assert.ok((await webhook.locator("pre").first().innerText()).includes(await secretOf()));
    await webhook.getByRole("combobox", { name: "Signed as by" }).selectOption("gitea");
    await webhook.getByRole("button", { name: "Make another webhook in its place" }).click();
    await webhook.getByText("Of Gitea and Forgejo").waitFor();
    await page.reload();
    await section(page, "Webhook").getByText("not shown").waitFor();
    await page.context().close();
  });

  test("another account reads it, or nobody's", async () => {
    const page = await openSettings("ada/losses");
    const reads = page.getByRole("combobox", { name: "Read", exact: true });
    await reads.selectOption("as anybody may");
    await section(page, "Following").getByText("as anybody may").waitFor();
    await reads.selectOption("as ada at Gitea and Forgejo");
    await section(page, "Following").getByText("as ada at Gitea and Forgejo").waitFor();
    await page.context().close();
  });

  test("what is wrong is said in sentences among the settings, and in a few words in the list", async () => {
    await query("UPDATE git_repository SET missed = 3, missed_at = now() - interval '1 hour' WHERE name = 'ada/open'");
    await query(
      "UPDATE webhook SET state = 'missing' WHERE repository_id = (SELECT id FROM git_repository WHERE name = 'ada/open')",
    );
    const page = await openSettings("ada/open");
    const following = section(page, "Following");
    await following.getByText("Its webhook is gone at the provider.").waitFor();
    await following.getByText("3 changes were found that no webhook had told of").waitFor();
    assert.match(await following.innerText(), /Missed by webhook\s+3 changes/);
    await page.goto(pages.running.origin + repositoriesPage());
    const item = page.locator(".repository").filter({ hasText: "ada / open" });
    await item.getByRole("link", { name: "its webhook is gone" }).click();
    await section(page, "Following").waitFor();
    await page.context().close();
  });

  test("axe finds nothing, nothing moves and nothing is cut off at any width", async () => {
    for (const { width, height } of SIZES) {
      const page = await openSettings("ada/open", { viewport: { width, height } });
      await assertStill(page, `following at ${width}`);
      await section(page, "Webhook").getByRole("button", { name: "Show the secret" }).click();
      await section(page, "Webhook").getByRole("button", { name: "Hide the secret" }).waitFor();
      await assertAccessible(page, `following at ${width}`);
      await assertFits(page, `following at ${width}`);
      await page.context().close();
    }
  });

  test("a webhook is removed, and one can be set up again", async () => {
    const page = await openSettings("ada/open");
    await section(page, "Webhook").getByRole("button", { name: "Remove the webhook" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await section(page, "Webhook").getByRole("button", { name: "Remove the webhook" }).press("Enter");
    await assertAccessible(page, "the question before a webhook is removed");
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await section(page, "Webhook").getByText("None is set up").waitFor();
    await page.context().close();
  });

  test("no page complained", () => assert.deepEqual(pages.complaints.list, []));
});
