// Accounts at Git servers in a real browser, against simulated ones: connected, what they lack, shared, removed, and picked from.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { accountPage, repositoriesPage, settingsPage } from "../web/paths.ts";
import { assertAccessible } from "./helpers/accessible.ts";
import { noBrowser } from "./helpers/browser.ts";
import { assertFits, assertStill, SIZES } from "./helpers/layout-browser.ts";
import { ProviderSimulator } from "./helpers/provider-simulator/simulator.ts";
import { openSignedIn, type SignedInBrowser } from "./helpers/signed-in-browser.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { signedHeaders } from "./helpers/test-webhook.ts";
import { until } from "./helpers/until.ts";

const EXPECTED = ["Failed to load resource: the server responded with a status of"];
/** More than a page of the provider's list has. */
const REPOSITORIES = 110;

describe("accounts at Git servers", { skip: noBrowser }, () => {
  const folder = temporaryFolder();
  let simulator: ProviderSimulator;
  let pages: SignedInBrowser;
  let token: string;

  before(async () => {
    mkdirSync(join(folder, "git"));
    simulator = await ProviderSimulator.start({ kind: "gitea", root: join(folder, "git") });
    const ada = simulator.addAccount("ada", "Ada Lovelace");
    token = simulator.addToken(ada).text;
    for (let n = 0; n < REPOSITORIES; n++) simulator.addRepository(`ada/many-${String(n).padStart(3, "0")}`);
    simulator.addRepository("ada/losses", { isPrivate: true });
    simulator.push("ada/losses", { files: { "metrics.json": '{"loss": 0.5}' } });
    const port = new URL(simulator.url).port;
    pages = await openSignedIn(folder, EXPECTED, {
      TIDEMARK_ALLOW_HTTP: "1",
      TIDEMARK_EGRESS_ALLOW: `127.0.0.1:${port}`,
    });
  });
  after(async () => {
    await pages?.close();
    await simulator?.close();
  });

  async function openAccount(options: Parameters<SignedInBrowser["open"]>[1] = {}): Promise<Page> {
    const page = await pages.open(accountPage(), options);
    await page.getByRole("heading", { name: "Connect an account" }).waitFor();
    return page;
  }
  async function connect(page: Page, text: string): Promise<void> {
    await page.getByRole("combobox", { name: "Server" }).selectOption("gitea");
    await page.getByRole("textbox", { name: "Address" }).fill(simulator.url);
    await page.getByLabel("Token", { exact: true }).fill(text);
    await page.getByRole("button", { name: "Connect" }).click();
  }
  const item = (page: Page): Locator => page.locator(".account-item");

  test("the form says what lacks, what the server says of a token, and keeps it out of the page", async () => {
    const page = await openAccount();
    await page.getByText("None is connected yet.").waitFor();
    const make = page.getByRole("link", { name: /^Make one at / });
    assert.match((await make.getAttribute("href")) ?? "", /^https:\/\/github\.com\/settings\/tokens/);
    await page.getByRole("textbox", { name: "Address" }).fill("ghe.example.org");
    assert.equal(await make.innerText(), "Make one at ghe.example.org");
    assert.match((await make.getAttribute("href")) ?? "", /^https:\/\/ghe\.example\.org\/settings\/tokens/);
    await page.getByRole("combobox", { name: "Server" }).selectOption("plain");
    await page.getByText("The password is tried at once, at the private repository").waitFor();
    assert.equal(await make.count(), 0);
    await page.getByRole("combobox", { name: "Server" }).selectOption("gitea");
    await page.getByRole("button", { name: "Connect" }).click();
    await page.getByText("Enter the address of the server").waitFor();
    await page.getByRole("combobox", { name: "Server" }).selectOption("bitbucket");
    assert.equal(await page.getByLabel("E-mail address there (of an API token)").count(), 1);
    await page.getByRole("combobox", { name: "Server" }).selectOption("plain");
    await page.getByRole("textbox", { name: "Address" }).fill("https://git.example.org");
    await page.getByLabel("Password or token", { exact: true }).fill("x");
    await page.getByRole("button", { name: "Connect" }).click();
    await page.getByText("Enter your login there.").waitFor();
    await connect(page, "no-such-token-of-hers");
    await page.getByRole("alert").waitFor();
    assert.match(await page.getByRole("alert").innerText(), /Cannot .* found .*, wanted /);
    assert.equal(await page.getByLabel("Token", { exact: true }).getAttribute("type"), "password");
    assert.doesNotMatch(await page.locator("body").innerText(), /no-such-token-of-hers/);
    await page.context().close();
  });

  test("an account is connected, says what it may and what is missing with the page to change it, and is given another token", async () => {
    const weak = simulator.addToken(simulator.world.accounts[0] ?? null, { scopes: ["read:repository", "read:user"] });
    const page = await openAccount();
    await connect(page, weak.text);
    await page.getByText("Connected: ada at Gitea and Forgejo").waitFor();
    assert.equal(await page.getByLabel("Token", { exact: true }).inputValue(), "", "the token is gone from the page");
    assert.match(
      await item(page).innerText(),
      /ada[^]*works, but may not do everything[^]*Missing:[^]*write:repository/,
    );
    assert.match(
      (await item(page).getByRole("link").getAttribute("href")) ?? "",
      /^http:\/\/127\.0\.0\.1:\d+\/user\/settings/,
    );
    await item(page).getByRole("button", { name: "Replace token" }).click();
    await page.getByLabel("New token").fill(token);
    await page.getByRole("button", { name: "Replace", exact: true }).click();
    await item(page).getByText("works", { exact: true }).waitFor();
    assert.equal(await page.getByText("Missing:").count(), 0);
    await page.context().close();
  });

  test("an account is shared with the team, and no longer", async () => {
    const page = await openAccount();
    await item(page).getByRole("button", { name: "Share with the team" }).press("Enter");
    await item(page).getByText("shared with the team").waitFor();
    await item(page).getByRole("button", { name: "Share no longer" }).click();
    await item(page).getByRole("button", { name: "Share with the team" }).waitFor();
    await page.context().close();
  });

  test("a repository is picked from the account: searched, page by page, with what it may there", async () => {
    const page = await pages.open(repositoriesPage());
    await page.getByRole("button", { name: "Pick one from a connected account" }).press("Enter");
    const choices = page.locator(".picked li");
    await choices.first().waitFor();
    const first = await choices.count();
    assert.ok(first < REPOSITORIES);
    await page.getByRole("button", { name: "Show more" }).click();
    await page.waitForFunction((n) => document.querySelectorAll(".picked li").length > n, first);
    await page.getByRole("searchbox", { name: "Search the repositories of ada" }).fill("losses");
    await choices.filter({ hasText: "ada/losses" }).waitFor();
    await choices.nth(1).waitFor({ state: "detached" });
    assert.match(await choices.first().innerText(), /ada\/losses private · admin: its webhook is made for you/);
    await page.getByRole("searchbox", { name: "Search the repositories of ada" }).fill("nobody-has-this");
    await page.getByText("No repository of this account has these words.").waitFor();
    await page.getByRole("searchbox", { name: "Search the repositories of ada" }).fill("losses");
    await page.getByRole("button", { name: "Add ada/losses" }).click();
    await page.locator(".cell").first().waitFor();
    await page.goto(pages.running.origin + repositoriesPage());
    await page.getByRole("button", { name: "Pick one from a connected account" }).click();
    await page.getByRole("searchbox", { name: "Search the repositories of ada" }).fill("losses");
    await page.getByRole("link", { name: "Followed as ada/losses" }).waitFor();
    await page.context().close();
  });

  test("what its server refuses is said where one picks", async () => {
    simulator.fault = (question) =>
      question.includes("/user/repos") || question.includes("/repos/search") ? { kind: "page" } : null;
    const page = await pages.open(repositoriesPage());
    await page.getByRole("button", { name: "Pick one from a connected account" }).click();
    await page.getByRole("alert").waitFor();
    assert.match(await page.getByRole("alert").innerText(), /Cannot .* found .*, wanted /);
    simulator.fault = null;
    await page.context().close();
  });

  test("a webhook for all repositories is made, shows its secret and steps, and is given another secret", async () => {
    const page = await openAccount();
    const section = page.getByRole("region", { name: "Webhooks for all repositories" });
    await section.getByText("There is none.").waitFor();
    await section.getByRole("combobox", { name: "Signed as by" }).selectOption("signed");
    await section.getByRole("button", { name: "Make a webhook" }).press("Enter");
    const hook = section.locator(".team-webhook");
    await hook.getByText("Of a signed call: set up, nothing has arrived yet").waitFor();
    const address = new URL(await hook.locator(".fact code").first().innerText());
    assert.equal(address.origin, pages.running.origin);
    assert.match(address.pathname, /^\/hooks\/[0-9a-f]{32}$/);
    const shown = hook.locator(".fact code").nth(1);
    const secret = await shown.innerText();
    assert.ok(secret.length >= 32);
    await hook.getByText("to be made by hand with curl: the steps have the line", { exact: true }).waitFor();
    assert.doesNotMatch(await hook.innerText(), /not offered by/, "nobody says which servers it is for");
    const line = await hook.getByRole("region", { name: "the line", exact: true }).innerText();
    assert.ok(line.startsWith(`body='{"repository":"https://git.example.org/owner/name.git"}'; `), line);
    assert.ok(line.includes(secret) && line.endsWith(`'${address.href}'`), line);
    await hook.getByText("put the address of the repository that was pushed to").waitFor();
    assert.equal(await hook.getByRole("region", { name: "the lines", exact: true }).count(), 0);
    await hook.getByRole("button", { name: "Hide the secret" }).click();
    await hook.getByText("not shown").waitFor();
    assert.ok(!(await page.content()).includes(secret));
    await hook.getByRole("button", { name: "New secret" }).click();
    await hook.getByText("The secret before this one is taken too").waitFor();
    assert.notEqual(await shown.innerText(), secret);
    assert.equal((await fetch(address, { method: "POST", body: "{}" })).status, 401, "it takes what is proven");
    await page.reload();
    await hook.getByText("not shown").waitFor();
    assert.match(await hook.innerText(), /made by hand[^]*How it is made by hand/);
    await page.context().close();
  });

  test("what a webhook for all repositories delivered that led to none is listed, with why and what came", async () => {
    const page = await openAccount();
    const section = page.getByRole("region", { name: "Webhooks for all repositories" });
    const hook = section.locator(".team-webhook");
    await hook.getByText("What led to no repository").press("Enter");
    await hook.getByText("Nothing has come yet.").waitFor();
    await hook.getByRole("button", { name: "Show the secret" }).click();
    const secret = await hook.locator(".fact code").nth(1).innerText();
    const address = new URL(await hook.locator(".fact code").first().innerText());
    const kind = { kind: "signed", secret } as const;
    const body = '{"repository":{"full_name":"ada/r9 <b>"},"ref":"refs/heads/main"}';
    for (const delivery of ["first", "second"]) {
      const answer = await fetch(address, { method: "POST", headers: signedHeaders(kind, body, { delivery }), body });
      assert.equal(answer.status, 202);
    }
    const items = hook.getByRole("list", { name: /that led to no repository/ }).getByRole("listitem");
    await items.nth(1).getByText("nothing to do").waitFor();
    assert.match(await items.first().innerText(), /names "ada\/r9 <b>", which nobody follows here/);
    await items.first().getByText("What came").click();
    await items.first().getByRole("region", { name: "The body as it came" }).waitFor();
    assert.match(await items.first().innerText(), /Delivery second[^]*"full_name": "ada\/r9 <b>"/);
    const saved = await items.first().getByRole("link", { name: "Save it as it came" }).getAttribute("href");
    assert.match(saved ?? "", /^\/api\/v1\/webhooks\/\d+\/events\/\d+\/body$/);
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 800 });
      await assertAccessible(page, `deliveries at ${width}`);
      await assertFits(page, `deliveries at ${width}`);
    }
    await pages.running.db.database.owner.query(
      `INSERT INTO git_repository (organization_id, name, kind, address, provider_name, poll_due_at)
       SELECT organization_id, 'late', 'remote', 'https://192.0.2.1/ada/r9', 'ada/r9 <b>', 'infinity' FROM webhook LIMIT 1`,
    );
    await items.first().getByRole("button", { name: "Run again: " }).click();
    await hook.getByText("What is run again and leads to a repository stands on that one’s Activity page.").waitFor();
    await items.nth(1).waitFor({ state: "detached" });
    assert.match(await items.first().innerText(), /nothing to do/);
    await page.context().close();
  });

  test("axe finds nothing, nothing moves and nothing is cut off at any width", async () => {
    for (const { width, height } of SIZES) {
      const options = { viewport: { width, height } };
      const page = await openAccount(options);
      await assertStill(page, `account at ${width}`);
      await item(page).getByRole("button", { name: "Replace token" }).click();
      await assertAccessible(page, `account at ${width}`);
      await assertFits(page, `account at ${width}`);
      await page.context().close();
      const list = await pages.open(repositoriesPage(), options);
      await list.getByRole("button", { name: "Pick one from a connected account" }).click();
      await list.locator(".picked li").first().waitFor();
      await assertAccessible(list, `picking at ${width}`);
      await assertFits(list, `picking at ${width}`);
      await list.context().close();
    }
  });

  test("a webhook that could not be removed at its server is told of where it was removed, and with its account", async () => {
    await until("a webhook", () => Promise.resolve(simulator.repository("ada/losses").hooks.length === 1));
    const page = await pages.open(settingsPage("ada/losses"));
    await page.getByText("made for you").waitFor();
    simulator.fault = (question) => (question.startsWith("DELETE") ? { kind: "status", status: 502 } : null);
    await page.getByRole("button", { name: "Remove the webhook …" }).click();
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await page.getByText("None is set up").waitFor();
    const note = page.getByText("is still at its provider");
    assert.match(
      await note.innerText(),
      /^The webhook that was removed .* is tried again in \d+ min\. What it sends is/,
    );
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 800 });
      await assertFits(page, `a webhook that is left at ${width}`);
    }
    await page.goto(pages.running.origin + accountPage());
    await item(page)
      .getByText("1 webhook that was removed here is still at its server: removing it is tried again")
      .waitFor();
    await page.context().close();
  });

  test("an account is removed after a question that says what becomes of its repositories, and of a webhook that is left", async () => {
    const page = await openAccount();
    await item(page).getByRole("button", { name: "Remove …" }).click();
    await page.getByRole("dialog").getByText("1 repository is read with it").waitFor();
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await item(page).getByRole("alert").getByText("the webhook of ada/losses is still at").waitFor();
    await assertAccessible(page, "a webhook that is left");
    await item(page).getByRole("button", { name: "Remove all the same" }).press("Enter");
    await page.getByText("None is connected yet.").waitFor();
    simulator.fault = null;
    await page.context().close();
  });

  test("a webhook for all repositories is removed after a question", async () => {
    const page = await openAccount();
    const section = page.getByRole("region", { name: "Webhooks for all repositories" });
    await section.getByRole("button", { name: "Remove …" }).click();
    await page.getByRole("dialog").getByText("What is sent to its address is refused").waitFor();
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await section.getByText("There is none.").waitFor();
    await page.context().close();
  });

  test("no page complained", () => assert.deepEqual(pages.complaints.list, []));
});
