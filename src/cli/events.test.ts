// Tests of `tidemark events`: the list in words and for programs, one event with what came, and running it again.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { HistoryBuilder } from "../../test/helpers/git-history.ts";
import { commandIn, type Said } from "../../test/helpers/log-command.ts";
import { storeEvents } from "../../test/helpers/stored-events.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { openTestDatabase, urlsOf } from "../../test/helpers/test-database.ts";

const db = await openTestDatabase();
after(() => db.close());
const folder = temporaryFolder();
const SHAS = ["a", "b", "c"].map((digit) => digit.repeat(40));

const command = commandIn(folder);

function run(...words: readonly string[]): Promise<Said> {
  const env = { ...urlsOf(db), TIDEMARK_DATA: join(folder, "data") };
  return command(words, { outIsTerminal: false, width: Number.POSITIVE_INFINITY, now: Date.now, env });
}

before(async () => {
  const history = new HistoryBuilder(join(folder, "lines"));
  history.commit({ files: { "metrics.json": '{"loss": 1}' } });
  await history.finish();
  assert.equal((await run("repository", "add", join(folder, "lines"))).code, 0);
  await storeEvents(db, "lines", SHAS);
});

/** The number of the event whose line holds some words. */
async function numberOf(words: string): Promise<string> {
  const { out } = await run("events", "list", "lines");
  const line = out.split("\n").find((each) => each.includes(words)) ?? assert.fail(out);
  return /^ *(\d+)/.exec(line)?.[1] ?? assert.fail(line);
}

test("tidemark events list says when and why, what became of it and what it led to", async () => {
  const { code, out } = await run("events", "list", "lines");
  assert.equal(code, 0);
  assert.match(out, /^event {2}when \(UTC\) +what +why +state +led to/);
  assert.match(out, /sync +webhook of GitHub, "push" +done +2 commits, 3 file versions, 1 warning, forced push/);
  assert.match(out, /webhook of GitHub, "ping" +nothing to do *\n +GitHub tries whether we answer\./);
  assert.match(out, /found by polling +tried again in 60 min *\n +Cannot fetch/);
  assert.match(out, /Tidemark itself: this version reads some of its files in another way +given up after 8 attempts/);
  assert.match(out, /import +the repository was added by .+ +done +1 commit, 1 file version/);
  assert.match(out, /"hostile <b>U\+202E"/, "nothing of a delivery reorders a terminal");
  const dead = JSON.parse((await run("events", "list", "lines", "--state", "dead", "--json")).out) as {
    state: string;
  }[];
  assert.deepEqual(
    dead.map(({ state }) => state),
    ["dead"],
  );
  const none = await run("events", "list", "lines", "--state", "dead", "--source", "webhook");
  assert.equal(none.out, "Nothing of this kind has happened.\n");
  const two = await run("events", "list", "lines", "-n", "2");
  assert.equal(two.out.split("\n").filter((line) => /^ *\d+ {2}/.test(line)).length, 2);
});

test("tidemark events show says what came: whole by --body, for programs by --json", async () => {
  const push = await numberOf('"push"');
  const { out } = await run("events", "show", "lines", push);
  assert.match(out, /^why +webhook of GitHub, "push"$/m);
  assert.match(out, /^ +main ccccccc → aaaaaaa$/m);
  assert.match(out, /^ +forced ccccccc → aaaaaaa, forced: 2 commits left the branch$/m);
  assert.match(out, /^names +refs\/heads\/main ccccccc → aaaaaaa$/m);
  assert.match(out, /^body +application\/json, 51 bytes\n\n\{"ref":"refs\/heads\/main","id":12345678901234567890\}$/m);
  const body = await run("events", "show", "lines", push, "--body");
  assert.equal(body.out, '{"ref":"refs/heads/main","id":12345678901234567890}');
  const ping = await run("events", "show", "lines", await numberOf('"ping"'), "--body");
  assert.deepEqual([ping.out, ping.err], ["AAH/", "note: it is no text, and written in base64\n"]);
  const detail = JSON.parse((await run("events", "show", "lines", push, "--json")).out) as { body: { size: number } };
  assert.equal(detail.body.size, 51);
});

test("tidemark events list|show --webhook tells what a webhook for all repositories delivered that led to none", async () => {
  const known = await run("events", "list", "--webhook", "https://host/hooks/absent");
  assert.deepEqual([known.code, /one, and there is none: the Account page/.test(known.err)], [1, true], known.err);
  const { owner } = db.database;
  const [hook] = await owner.query<{ id: string }>(
    `INSERT INTO webhook (organization_id, hook_id, kind, secret)
     SELECT organization_id, 'feedbeef', 'gitea', '' FROM git_repository LIMIT 1 RETURNING id::text`,
  );
  const id = hook?.id ?? assert.fail();
  const list = (word: string) => run("events", "list", "--webhook", word);
  assert.equal((await list(id)).out, "Nothing of this kind has happened.\n");
  const [event] = await owner.query<{ id: string }>(
    `INSERT INTO event (organization_id, webhook_id, source, state, error, event_name, content_type, body, named)
     SELECT organization_id, id, 'webhook', 'skipped', 'It names "ada/r9", which nobody follows here.', 'push',
       'application/json', '{}', '[]' FROM webhook WHERE id = $1 RETURNING id::text`,
    [id],
  );
  for (const word of [id, "feedbeef", "https://host/hooks/feedbeef", "/hooks/feedbeef/"]) {
    const { code, out } = await list(word);
    assert.equal(code, 0, word);
    assert.match(
      out,
      /webhook of Gitea and Forgejo, "push" +nothing to do *\n +It names "ada\/r9", which nobody follows here\./,
    );
  }
  const show = (...words: readonly string[]) => run("events", "show", "--webhook", id, ...words);
  assert.match(
    (await show(event?.id ?? "")).out,
    /^said +It names "ada\/r9"[^]*^body +application\/json, 2 bytes\n\n\{\}$/m,
  );
  assert.equal((await show(event?.id ?? "", "--body")).out, "{}");
  for (const [said, code, wanted] of [
    [await show("lines", "1"), 2, /found a repository beside --webhook, wanted one of the two/],
    [await run("events", "list"), 2, /found neither a repository nor a webhook, wanted the name or id of a repository/],
    [await run("events", "list", "--webhook", id, "--source", "poll"), 2, /found --source beside --webhook/],
    [await list("absent"), 1, /wanted one of \d+ \(Gitea and Forgejo, \/hooks\/feedbeef\)/],
    [await show(await numberOf('"push"')), 1, /no delivery of this webhook with this id that led to no repository/],
  ] as const) {
    assert.equal(said.code, code, said.err);
    assert.match(said.err, wanted);
  }
});

test("tidemark events retry --webhook reads a delivery once more, and follows it to where it leads by now", async () => {
  const { owner } = db.database;
  const [hook] = await owner.query<{ id: string }>(
    `INSERT INTO webhook (organization_id, hook_id, kind, secret)
     SELECT organization_id, 'cafe', 'signed', '' FROM git_repository LIMIT 1 RETURNING id::text`,
  );
  const id = hook?.id ?? assert.fail();
  const [event] = await owner.query<{ id: string }>(
    `INSERT INTO event (organization_id, webhook_id, source, state, finished_at, error, body, named)
     SELECT organization_id, id, 'webhook', 'skipped', now(), 'It was read before.', $2, '[]' FROM webhook WHERE id = $1
     RETURNING id::text`,
    [id, '{"repository":{"full_name":"ada/lines"}}'],
  );
  const number = event?.id ?? assert.fail();
  const retry = () => run("events", "retry", "--webhook", id, number);
  const nowhere = 'It led to no repository: It names "ada/lines", which nobody follows here.\n';
  assert.deepEqual(await retry(), { code: 1, out: nowhere, err: "" });
  await owner.query("UPDATE git_repository SET provider_name = 'ada/lines' WHERE name = 'lines'");
  const { code, out } = await retry();
  assert.deepEqual([code, out], [0, "It is about lines.\nlines: 1 commit, 1 branch, 1 metric file\n"]);
  assert.match((await run("events", "show", "lines", number)).out, /^why +webhook of a signed call, run again by .+$/m);
});

test("tidemark events retry runs it again and waits for it", async () => {
  const dead = await numberOf("given up");
  const { code, out } = await run("events", "retry", "lines", dead);
  assert.deepEqual([code, out], [0, "lines: 1 commit, 1 branch, 1 metric file\n"]);
  assert.match((await run("events", "show", "lines", dead)).out, /^state +done$/m);
});

test("tidemark events says what is wrong with what was typed", async () => {
  for (const [words, code, wanted] of [
    [["list", "absent"], 1, /Cannot list the events of the repository "absent"/],
    [["list", "lines", "-n", "0"], 2, /found no such number, wanted a whole number from 1 to 1000/],
    [["list", "lines", "--state", "gone"], 2, /wanted due, running, failed, done, skipped, dead/],
    [["list", "lines", "--source", "x"], 2, /wanted webhook, poll, person, import, schedule/],
    [["show", "lines", "x"], 2, /found no number, wanted a number that tidemark events list shows/],
    [
      ["show", "29"],
      2,
      /Cannot show an event of "29": found no more than this, wanted the repository first and then the/,
    ],
    [["show", "lines", "999999"], 1, /Cannot show the event "999999"/],
    [["retry", "lines", "999999"], 1, /Cannot run the event again "999999"/],
    [
      ["retry", "29"],
      2,
      /Cannot run an event again of "29": found no more than this, wanted the repository first and then/,
    ],
    [
      ["retry", "--webhook", "x"],
      2,
      /found no number of an event, wanted one that tidemark events list --webhook shows/,
    ],
    [["retry", "lines", "29", "--webhook", "x"], 2, /found a repository beside --webhook, wanted one of the two/],
  ] as const) {
    const { code: found, err } = await run("events", ...words);
    assert.equal(found, code, words.join(" "));
    assert.match(err, wanted);
  }
});
