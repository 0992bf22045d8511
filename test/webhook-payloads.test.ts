// Every published payload, as it is and with its values replaced: nothing crashes, and only what concerns branches asks for work.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { WebhookKind, WebhookMeaning } from "../src/providers/webhook-source.ts";
import { webhookSource } from "../src/providers/webhook-sources.ts";
import { pick, type Random, seededRandom } from "./helpers/seeded-random.ts";
import { LONG, pathsOf, READ, REPLACEMENTS, replaced } from "./helpers/payload-mutations.ts";
import { PUSH_PAYLOADS } from "./helpers/push-payloads.ts";
import { type ExamplePayload, folderExamples, githubExamples, webhookFolder } from "./helpers/webhook-payloads.ts";

const LONG_FORM = process.env["TIDEMARK_TEST_ROUNDS"] !== undefined;
/** 40 in the long form: 120 mutations a payload. */
const ROUNDS = Number(process.env["TIDEMARK_TEST_ROUNDS"] ?? 2);
const MUTATIONS = 3 * ROUNDS;
const SEED = 20261127;

const KINDS: readonly WebhookKind[] = ["github", "gitlab", "gitea", "bitbucket", "standard", "signed"];

const folder = webhookFolder();
const skip =
  folder === null ? "no payloads: .ci/run fetches them into .ci/go, or TIDEMARK_TEST_WEBHOOKS names them" : false;
const published = githubExamples();
const others = folder === null ? [] : folderExamples(folder);

function parse(kind: WebhookKind, eventName: string, payload: unknown): WebhookMeaning {
  const body = Buffer.from(JSON.stringify(payload) ?? "");
  return webhookSource(kind).parse({ eventName, contentType: "application/json", body });
}

/** What a meaning may be, whatever was sent: short, and of the right form. */
function assertSound(meaning: WebhookMeaning, title: string): void {
  if (meaning.kind === "nothing") assert.ok(meaning.reason.length < 200, title);
  if (meaning.kind === "access") assert.ok(meaning.change.length < 200, title);
  if (meaning.kind !== "push" && meaning.kind !== "repository") return;
  const { id, name, urls } = meaning.repository;
  assert.ok(id === null || (typeof id === "string" && id.length <= 100), title);
  assert.ok(name === null || (typeof name === "string" && name.length <= 1_000), title);
  assert.ok(urls.length <= 8 && urls.every((url) => typeof url === "string" && url.length <= 2_048), title);
  if (meaning.kind !== "push") return;
  assert.ok(meaning.refs.length <= 20, title);
  for (const { ref, before, after } of meaning.refs) {
    assert.match(ref, /^refs\/[^\n\0 ]{1,1024}$/, title);
    for (const sha of [before, after]) assert.ok(sha === null || /^[0-9a-f]{40,64}$/.test(sha), title);
  }
}

const GITHUB_KINDS: Readonly<Record<string, WebhookMeaning["kind"]>> = {
  push: "push",
  create: "push",
  delete: "push",
  ping: "test",
  repository: "repository",
  public: "repository",
  installation: "access",
  installation_repositories: "access",
  installation_target: "access",
};

function assertGithub({ title, eventName, payload }: ExamplePayload): void {
  const meaning = parse("github", eventName, payload);
  assertSound(meaning, title);
  assert.equal(meaning.kind, GITHUB_KINDS[eventName] ?? "nothing", title);
  if (meaning.kind !== "push") return;
  const { repository, ref, before, after } = payload as {
    readonly repository: { readonly id: number; readonly full_name: string };
    readonly ref: string;
    readonly before: string;
    readonly after: string;
  };
  assert.equal(meaning.repository.id, String(repository.id), title);
  assert.equal(meaning.repository.name, repository.full_name, title);
  const none = (id: string): string | null => (/^0+$/.test(id) ? null : id);
  if (eventName === "push") assert.deepEqual(meaning.refs, [{ ref, before: none(before), after: none(after) }], title);
}

test(`parse() reads GitHub's ${published.length} examples: branches, repositories and access ask for work, the rest for none`, () => {
  assert.ok(published.length >= 329);
  for (const each of published) assertGithub(each);
});

/** What asks for work in the other package, by file; all else is nothing to us. */
const WORK: Readonly<Record<string, WebhookMeaning["kind"]>> = {
  "bitbucket-server/repo-modified.json": "repository",
  "bitbucket-server/repo-refs-changed.json": "push",
  "bitbucket/repo-push.json": "push",
  "bitbucket/repo-updated.json": "repository",
  "gitea/create-event.json": "push",
  "gitea/delete-event.json": "push",
  "gitea/push-event.json": "push",
  "gitea/repository-event.json": "repository",
  "github/create.json": "push",
  "github/delete.json": "push",
  "github/installation-repositories.json": "access",
  "github/installation.json": "access",
  "github/ping.json": "test",
  "github/public.json": "repository",
  "github/push.json": "push",
  "github/repository-edited.json": "repository",
  "github/repository.json": "repository",
  "gitlab/push-event.json": "push",
  "gitlab/system-project-created.json": "repository",
  "gitlab/system-project-destroyed.json": "repository",
  "gitlab/system-project-renamed.json": "repository",
  "gitlab/system-project-transferred.json": "repository",
  "gitlab/system-project-updated.json": "repository",
  "gitlab/system-push-event.json": "push",
  "gitlab/system-tag-event.json": "push",
  "gitlab/tag-event.json": "push",
};

test("parse() reads the other package's payloads likewise", { skip }, () => {
  const found = others.flatMap(({ title, kind, eventName, payload }) => {
    if (kind === null) return [];
    const meaning = parse(kind, eventName, payload);
    assertSound(meaning, title);
    const named = meaning.kind === "push" || meaning.kind === "repository" ? meaning.repository : null;
    assert.ok(named === null || named.id !== null || named.name !== null, title);
    return meaning.kind === "nothing" ? [] : [[title, meaning.kind]];
  });
  assert.deepEqual(Object.fromEntries(found), WORK);
  assert.ok(others.length >= 153, `${others.length} payloads`);
});

test("parse() takes any provider's payload at any webhook", () => {
  for (const { title, eventName, payload } of [...published, ...others]) {
    for (const kind of KINDS) assertSound(parse(kind, eventName, payload), `${title} as ${kind}`);
  }
});

function mutate(each: ExamplePayload, random: Random): void {
  const all = pathsOf(each.payload);
  const read = all.filter((path) => READ.test(path.join(" ")));
  for (let round = 0; round < MUTATIONS; round++) {
    const path = pick(random, read.length > 0 && random(2) === 0 ? read : all);
    const by = pick(random, REPLACEMENTS);
    const title = `${each.title} ${path.join(".")} as ${typeof by === "string" ? `${by.length} characters` : String(by)}`;
    assertSound(parse(each.kind ?? pick(random, KINDS), each.eventName, replaced(each.payload, path, by)), title);
  }
}

test(`parse() takes payloads of which any value is another one, ${MUTATIONS} times each, seed ${SEED}`, () => {
  const random = seededRandom(SEED);
  for (const each of [...published, ...others]) mutate(each, random);
});

/** Every value that a push is read from, in turn, as each of the replacements: seeds cannot miss one. */
test("parse() takes pushes of which each value is in turn each other one", () => {
  const isPush = ({ kind, eventName, payload }: ExamplePayload): boolean =>
    kind !== null && parse(kind, eventName, payload).kind === "push";
  const one = published.filter(({ eventName }) => eventName === "push").slice(0, 1);
  const pushes = [...one, ...PUSH_PAYLOADS, ...(LONG_FORM ? others : [])].filter(isPush);
  assert.ok(pushes.length > PUSH_PAYLOADS.length);
  for (const each of pushes) {
    for (const path of pathsOf(each.payload).filter((it) => READ.test(it.join(" ")) && !it.includes("owner"))) {
      for (const by of REPLACEMENTS.filter((it) => it !== LONG || path.length < 4)) {
        const meaning = parse(each.kind ?? "signed", each.eventName, replaced(each.payload, path, by));
        assertSound(meaning, `${each.title} ${path.join(".")}`);
      }
    }
  }
});
