// What deliveries are called and what they ask for, kind by kind.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { NamedRef, WebhookKind, WebhookMeaning } from "./webhook-source.ts";
import { webhookSource } from "./webhook-sources.ts";

const A = "a".repeat(40);
const B = "b".repeat(64);
const ZEROS = "0".repeat(40);

function parse(
  kind: WebhookKind,
  eventName: string,
  payload: unknown,
  contentType = "application/json",
): WebhookMeaning {
  const body = Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload));
  return webhookSource(kind).parse({ eventName, contentType, body });
}

function refsOf(meaning: WebhookMeaning): readonly NamedRef[] {
  assert.equal(meaning.kind, "push");
  return meaning.kind === "push" ? meaning.refs : [];
}

/** A push of one ref, as each kind writes it. */
function push(kind: WebhookKind, ref: string, before: string, after: string): WebhookMeaning {
  switch (kind) {
    case "github":
    case "gitea":
      return parse(kind, "push", { ref, before, after });
    case "gitlab":
      return parse(kind, ref.startsWith("refs/tags/") ? "Tag Push Hook" : "Push Hook", { ref, before, after });
    case "bitbucket":
      return parse(kind, "repo:refs_changed", { changes: [{ ref: { id: ref }, fromHash: before, toHash: after }] });
    case "standard":
      return parse(kind, "", { type: "push", data: { ref, before, after } });
    case "signed":
      return parse(kind, "", { ref, before, after });
  }
}

const KINDS: readonly WebhookKind[] = ["github", "gitlab", "gitea", "bitbucket", "standard", "signed"];

for (const kind of KINDS) {
  test(`parse() of ${kind} reads branches and tags that are made, moved and deleted`, () => {
    for (const ref of ["refs/heads/main", "refs/tags/v1", "refs/pull/1/head"]) {
      assert.deepEqual(refsOf(push(kind, ref, A, B)), [{ ref, before: A, after: B }]);
      assert.deepEqual(refsOf(push(kind, ref, ZEROS, B)), [{ ref, before: null, after: B }]);
      assert.deepEqual(refsOf(push(kind, ref, A, "0".repeat(64))), [{ ref, before: A, after: null }]);
    }
  });

  test(`parse() of ${kind} takes odd names that Git allows, and leaves out those that no ref has`, () => {
    for (const name of ['a"b', "-x", "--upload-pack=x", "😀", "é", "a;b$(c)", "a'b", "a/b/c", "%2e"]) {
      assert.deepEqual(refsOf(push(kind, `refs/heads/${name}`, A, B)), [
        { ref: `refs/heads/${name}`, before: A, after: B },
      ]);
    }
    const wrong = ["main", "", "refs/", "refs/heads/a\nb", "refs/heads/a b", "refs/heads/../x", "refs/heads/a\u0000"];
    for (const ref of [...wrong, "refs/heads/a\\b", "refs/heads/\ud800", `refs/${"x".repeat(2_000)}`, "refs//x"]) {
      assert.deepEqual(refsOf(push(kind, ref, A, B)), [], JSON.stringify(ref.slice(0, 30)));
    }
  });

  test(`parse() of ${kind} waits for no commit that it cannot read, and looks all the same`, () => {
    for (const after of ["", "main", "A".repeat(40), "a".repeat(41), `${A}\n`]) {
      assert.deepEqual(refsOf(push(kind, "refs/heads/main", A, after)), [], after);
    }
    assert.deepEqual(refsOf(push(kind, "refs/heads/main", "what", B)), [
      { ref: "refs/heads/main", before: null, after: B },
    ]);
    for (const body of ["", "{", "null", "[]", '"x"', "\ufeff", "7"]) {
      const name = { github: "push", gitea: "push", gitlab: "Push Hook", bitbucket: "repo:push" }[kind as string] ?? "";
      assert.deepEqual(refsOf(parse(kind, name, body)), [], body);
    }
  });
}

test("parse() reads nothing of a push's commits, and nothing that an object only inherits", () => {
  const lies = {
    ref: "refs/heads/main",
    before: A,
    after: B,
    commits: [{ id: "c".repeat(40) }],
    head_commit: { id: A },
  };
  assert.deepEqual(refsOf(parse("github", "push", lies)), [{ ref: "refs/heads/main", before: A, after: B }]);
  assert.deepEqual(parse("github", "constructor", "{}").kind, "nothing");
  assert.deepEqual(parse("gitlab", "toString", { event_name: "constructor" }).kind, "nothing");
  assert.deepEqual(parse("github", "push", '{"__proto__":{"ref":"refs/heads/main","after":"x"}}'), {
    kind: "push",
    repository: { id: null, name: null, urls: [] },
    refs: [],
  });
});

test("parse() of github and gitea reads a form's payload", () => {
  const json = JSON.stringify({ ref: "refs/heads/é&=+", before: A, after: B, repository: { id: 7 } });
  const form = new URLSearchParams({ payload: json }).toString();
  for (const kind of ["github", "gitea"] as const) {
    const type = "application/x-www-form-urlencoded; charset=utf-8";
    assert.deepEqual(refsOf(parse(kind, "push", form, type)), [{ ref: "refs/heads/é&=+", before: A, after: B }]);
    assert.deepEqual(refsOf(parse(kind, "push", "other=1", type)), []);
  }
});

test("parse() of github reads created and deleted branches and tags", () => {
  const repository = { id: 186853002, full_name: "Codertocat/Hello-World", clone_url: "https://github.com/x.git" };
  const of = (event: string, more: object) => parse("github", event, { repository, ...more });
  assert.deepEqual(of("delete", { ref: "simple-tag", ref_type: "tag" }), {
    kind: "push",
    repository: { id: "186853002", name: "Codertocat/Hello-World", urls: ["https://github.com/x.git"] },
    refs: [{ ref: "refs/tags/simple-tag", before: null, after: null }],
  });
  assert.deepEqual(refsOf(of("create", { ref: "new", ref_type: "branch" })), [], "its commit is not told");
  assert.deepEqual(refsOf(parse("gitea", "create", { ref: "new", ref_type: "branch", sha: A })), [
    { ref: "refs/heads/new", before: null, after: A },
  ]);
  assert.deepEqual(refsOf(of("create", { ref: null, ref_type: "repository" })), []);
});

test("parse() tells what happened to a repository, and when access changed", () => {
  const change = (kind: WebhookKind, event: string, payload: object) => {
    const meaning = parse(kind, event, payload);
    return meaning.kind === "repository" || meaning.kind === "access" ? meaning.change : meaning.kind;
  };
  assert.equal(change("github", "repository", { action: "renamed" }), "renamed");
  assert.equal(change("github", "repository", { action: "privatized" }), "private");
  assert.equal(change("github", "repository", { action: "edited" }), "other");
  assert.equal(change("github", "public", {}), "public");
  assert.equal(change("github", "installation", { action: "suspend" }), "installation suspend");
  assert.equal(change("gitea", "repository", { action: "deleted" }), "deleted");
  assert.equal(change("gitlab", "System Hook", { event_name: "project_transfer", project_id: 1 }), "transferred");
  assert.equal(change("bitbucket", "repo:updated", { changes: { name: { old: "a", new: "b" } } }), "renamed");
  assert.equal(change("bitbucket", "repo:modified", { old: { slug: "a" }, new: { slug: "b" } }), "renamed");
  assert.equal(change("bitbucket", "diagnostics:ping", {}), "test");
  assert.equal(change("standard", "", { type: "webhook.test" }), "test");
  assert.deepEqual(parse("github", "issues", {}), {
    kind: "nothing",
    reason: 'Nothing to do: "issues" changes no branch.',
  });
});

test("parse() of gitlab reads all refs that a repository update names, at most 20", () => {
  const changes = Array.from({ length: 30 }, (_, index) => ({ ref: `refs/heads/b${index}`, before: ZEROS, after: A }));
  const refs = refsOf(parse("gitlab", "System Hook", { event_name: "repository_update", project_id: 1, changes }));
  assert.equal(refs.length, 20);
  assert.deepEqual(refs[3], { ref: "refs/heads/b3", before: null, after: A });
});

test("parse() of bitbucket reads both ends of each change", () => {
  const side = (type: string, name: string) => ({ type, name, target: { hash: A } });
  const changes = [
    { old: null, new: side("branch", "new") },
    { old: side("branch", "old"), new: null },
    { old: side("annotated_tag", "v1"), new: side("annotated_tag", "v1") },
    { old: side("branch", "kept") },
  ];
  assert.deepEqual(refsOf(parse("bitbucket", "repo:push", { push: { changes } })), [
    { ref: "refs/heads/new", before: null, after: A },
    { ref: "refs/heads/old", before: A, after: null },
    { ref: "refs/tags/v1", before: A, after: A },
  ]);
  assert.deepEqual(refsOf(parse("bitbucket", "repo:push", { push: { changes: [] } })), []);
});

test("parse() of signed reads what a post-receive hook is given, and an address for a repository", () => {
  const lines = `${ZEROS} ${A} refs/heads/new\n${A} ${ZEROS} refs/tags/v1\nnonsense\n`;
  assert.deepEqual(refsOf(parse("signed", "", lines)), [
    { ref: "refs/heads/new", before: null, after: A },
    { ref: "refs/tags/v1", before: A, after: null },
  ]);
  const latin1 = Buffer.concat([Buffer.from(`${ZEROS} ${A} refs/heads/`), Buffer.from([0xe9]), Buffer.from("\n")]);
  const meaning = webhookSource("signed").parse({ eventName: "", contentType: null, body: latin1 });
  assert.deepEqual(refsOf(meaning), [], "a name that is no UTF-8");
  const repository = (text: string) => {
    const named = parse("signed", "", { repository: text });
    return named.kind === "push" ? named.repository : null;
  };
  assert.deepEqual(repository("https://git.example.org/a/b"), {
    id: null,
    name: null,
    urls: ["https://git.example.org/a/b"],
  });
  assert.deepEqual(repository("a/b"), { id: null, name: "a/b", urls: [] });
});

test("identify() takes the sender's id and event from its own headers", () => {
  const of = (kind: WebhookKind, headers: Record<string, string>) => webhookSource(kind).identify({ headers });
  assert.deepEqual(of("github", { "x-github-delivery": "72d3", "x-github-event": "push" }), {
    deliveryId: "72d3",
    eventName: "push",
  });
  assert.deepEqual(of("gitea", { "x-github-event": "wrong", "x-gitea-event": "push", "x-gitea-delivery": "f6" }), {
    deliveryId: "f6",
    eventName: "push",
  });
  assert.deepEqual(of("gitlab", { "x-gitlab-event": "Push Hook", "x-gitlab-event-uuid": "shared" }), {
    deliveryId: null,
    eventName: "Push Hook",
  });
  assert.equal(of("gitlab", { "idempotency-key": "k", "webhook-id": "w" }).deliveryId, "w");
  assert.equal(of("bitbucket", { "x-request-uuid": "u", "x-event-key": "repo:push" }).eventName, "repo:push");
  assert.deepEqual(of("signed", {}), { deliveryId: null, eventName: "" });
  const long = of("standard", { "webhook-id": "x".repeat(9_000) }).deliveryId;
  assert.match(long ?? "", /^sha256:[0-9a-f]{64}$/);
  assert.equal(of("github", { "x-github-event": "y".repeat(9_000) }).eventName.length, 100);
});
