// From a push at each provider to an open page: webhooks made by Tidemark, what they lie about and leave out, and what goes
// wrong on the way. The end is always the same: rows equal Git's history commit by commit.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { git } from "./helpers/git-history.ts";
import { type FollowedProvider, FollowedProviders, NAME } from "./helpers/followed-providers.ts";
import { signedHeaders } from "./helpers/test-webhook.ts";

/** Longer than the longest wait between two looks at a repository with a webhook. */
const A_LOOK_MS = 20 * 60_000;
/** Longer than providers are left unasked about their webhooks. */
const A_DAY_MS = 25 * 3_600_000;
/** Nothing that was delivered or found waits for an answer. */
const AT_REST = `NOT EXISTS (
  SELECT FROM event e WHERE e.repository_id = r.id AND e.state IN ('due', 'running', 'failed'))`;
const NOBODYS = "5".repeat(40);

const server = await FollowedProviders.start();
after(() => server.close());

/** Does the same at every provider at once. */
async function each(work: (followed: FollowedProvider) => Promise<void>): Promise<void> {
  await Promise.all(server.all.map(work));
}

/** @returns how many changes no webhook told of, once looks have been there */
async function missed(followed: FollowedProvider): Promise<number> {
  return (await followed.health()).missed.count;
}

/** Has looks find nothing, and what they or deliveries asked for done: nothing of before tells of, or brings, what comes after. */
async function lookInVain(): Promise<void> {
  const from = server.now();
  server.pass(A_LOOK_MS);
  await each(async (followed) => {
    await followed.is("looked at", `polled_at > to_timestamp(${from / 1_000}) + interval '10 minutes'`);
    await followed.is("at rest", AT_REST);
  });
}

test("a repository that is added gets a webhook at its provider, and a push is told and listed", async () => {
  await each(async (followed) => {
    await followed.follow();
    await followed.pushIsSeen();
    await followed.pushIsSeen({ branch: "side", parent: git(followed.repository.folder, "rev-parse", "main") });
    assert.equal((await followed.health()).webhook?.state, "active");
    await followed.equalsGit();
  });
});

test("a commit arrives although the server shows the older state for five looks", async () => {
  await each(async (followed) => {
    followed.provider.lag(NAME, 5);
    await followed.pushIsSeen();
    await followed.equalsGit();
  });
});

test("a force-push and a deleted branch are followed", async () => {
  await each(async (followed) => {
    const { folder } = followed.repository;
    await followed.pushIsSeen({ parent: git(folder, "rev-parse", "main~1") });
    followed.provider.setRefs(NAME, { "refs/heads/side": null });
    await followed.equalsGit();
  });
});

test("after a rotation the new secret is taken at once and the old one for a while, and no other", async () => {
  await each(async (followed) => {
    await followed.provider.settled();
    const real = followed.hook.deliveries.at(-1) ?? assert.fail();
    const old = followed.hook.secret ?? followed.hook.signingToken ?? assert.fail("no secret");
    assert.notEqual(await followed.rotate(), old);
    await followed.pushIsSeen();
    const signed = (secret: string) => signedHeaders({ kind: followed.kind, secret }, real.body, { event: real.event });
    assert.equal(await followed.deliver(signed(old), real.body), 202, followed.kind);
    assert.equal(await followed.deliver(signed("another"), real.body), 401, followed.kind);
    await followed.equalsGit();
  });
});

test("what no webhook tells of is found by looking, and said: a hook that is silent, more branches than GitLab tells of", async () => {
  await lookInVain();
  await each(async (followed) => {
    const { provider, kind } = followed;
    const before = await missed(followed);
    if (kind === "gitlab") {
      const { folder } = followed.repository;
      const sha = git(folder, "commit-tree", "main^{tree}", "-p", "main", "-m", "a commit of four branches");
      const refs = ["main", "a", "b", "c"].map((name) => [`refs/heads/${name}`, sha] as const);
      provider.setRefs(NAME, Object.fromEntries(refs));
    } else {
      provider.sender.silent = true;
      followed.push();
      provider.sender.silent = false;
    }
    assert.equal(before, 0, kind);
  });
  server.pass(A_LOOK_MS);
  await each(async (followed) => {
    await followed.equalsGit();
    await followed.is("said to have missed one", "missed = 1");
    assert.ok((await followed.health()).signs.includes("missed"), followed.kind);
    await followed.pushIsSeen();
  });
});

test("a webhook that somebody removed is missed, and made anew within a day", async () => {
  // it was seen to because of what was missed: who sees to it only now would make it anew at once
  const isSeenTo = "EXISTS (SELECT FROM webhook w WHERE w.repository_id = r.id AND w.checked_at > r.missed_at)";
  await each((followed) => followed.is("webhook seen to", isSeenTo));
  await lookInVain();
  await each(async (followed) => {
    await followed.provider.settled();
    followed.repository.hooks.length = 0;
    followed.push();
  });
  server.pass(A_LOOK_MS);
  await each(async (followed) => {
    await followed.equalsGit();
    await followed.is("said to have missed two", "missed = 2");
  });
  server.pass(A_DAY_MS);
  await each(async (followed) => {
    await followed.hasWebhook();
    await followed.pushIsSeen();
    assert.equal((await followed.health()).webhook?.state, "active");
  });
});

test("what is pushed while the server is away is there when it is back", async () => {
  await server.stopServer();
  await each(async (followed) => {
    followed.push();
    followed.push({ branch: "late", parent: git(followed.repository.folder, "rev-parse", "main") });
    followed.push({ parent: git(followed.repository.folder, "rev-parse", "main~1") });
    await followed.provider.settled();
  });
  await server.startServer();
  await each(async (followed) => {
    await followed.equalsGit();
    await followed.look();
    await followed.pushIsSeen();
  });
});

// last: what lies is looked for again for minutes, and those looks find what no webhook has told of
test("a delivery that lies about commits changes nothing, and hides nothing", async () => {
  await each(async (followed) => {
    await followed.provider.settled();
    const real = followed.hook.deliveries.at(-1) ?? assert.fail();
    const head = git(followed.repository.folder, "rev-parse", "main");
    const secret = followed.hook.secret ?? followed.hook.signingToken ?? assert.fail("no secret");
    for (const lie of [
      real.body.replaceAll(head, NOBODYS),
      real.body.replace(/[0-9a-f]{40}/g, NOBODYS),
      real.body.replace(/[0-9a-f]{40}/g, head),
    ]) {
      const headers = signedHeaders({ kind: followed.kind, secret }, lie, { event: real.event });
      assert.equal(await followed.deliver(headers, lie), 202, followed.kind);
    }
    await followed.pushIsSeen();
    await followed.equalsGit();
  });
});
