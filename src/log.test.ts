// Tests of the log: listed fields only, no secret in any line, one line an event.
import assert from "node:assert/strict";
import { test } from "node:test";
import { processorMs } from "../test/helpers/processor-time.ts";
import { isSource, projectFiles, readText } from "../test/source-files.ts";
import { createLog, hideInLogs, type LogOptions, scrub } from "./log.ts";
import { makeToken, Secret } from "./secrets.ts";

const CANARY = "canary-7f3a9b1c5d2e";

/** Everything that a log with these options writes while `write` runs. */
function written(write: (log: ReturnType<typeof createLog>) => void, options: Partial<LogOptions> = {}): string {
  let text = "";
  const destination = { write: (line: string) => (text += line) };
  write(createLog({ level: "debug", destination, ...options }));
  return text;
}

test("createLog() writes no registered secret, wherever it hides", () => {
  hideInLogs(CANARY);
  const error = Object.assign(new Error(`message ${CANARY}`, { cause: new Error(`cause ${CANARY}`) }), {
    config: { headers: { Authorization: CANARY } },
  });
  const text = written((log) => {
    log.info(`text ${CANARY}`);
    log.info("argument %s", CANARY);
    log.info({ reason: CANARY, Authorization: CANARY, deep: { deeper: { token: CANARY } }, list: [CANARY] }, "fields");
    log.error({ error }, "failed");
    log.error(error);
    log.info(Buffer.from(CANARY).toString("base64"));
    log.info(encodeURIComponent(CANARY));
    log.child({ reason: CANARY }).info("child");
  });
  assert.ok(text.includes("[secret]"));
  for (const form of [CANARY, Buffer.from(CANARY).toString("base64")]) assert.ok(!text.includes(form), text);
});

test("scrub() hides what settings gave for as long as the process runs, and of other secrets those that were used last", () => {
  Secret.of("postgres://t:canary-of-setting@db/t", "DATABASE_URL");
  hideInLogs("canary-of-key-file", { forGood: true });
  const [used, unused] = ["canary-used-often-1", "canary-used-once-1"];
  for (const text of [used, unused]) Secret.of(text);
  for (let made = 0; made < 5_000; made += 1) {
    Secret.of(`passing-secret-${made}`);
    if (made % 100 === 0) Secret.of(used);
  }
  const text = scrub(`postgres://t:canary-of-setting@db/t canary-of-key-file ${used} passing-secret-4999`);
  assert.equal(text, "[secret] [secret] [secret] [secret]");
  assert.ok(scrub(unused).includes(unused), "what nobody uses any more leaves, so that lines stay cheap");
});

test("scrub() leaves no end of a secret that begins like another one", () => {
  for (const text of ["canary-short", "canary-short-and-its-end", "canary-short-and"]) hideInLogs(text);
  assert.equal(scrub("is canary-short-and-its-end, canary-short-and, canary-short"), "is [secret], [secret], [secret]");
});

test("scrub() removes what looks like a token, ours or a provider's, and logins in URLs", () => {
  const tokens = [
    makeToken("tdm").reveal(),
    `tdo_${"a".repeat(49)}`,
    "ghp_0123456789abcdefghij0123456789abcdef",
    "github_pat_11ABCDEFG0123456789_abcdefghijklmnop",
    "glpat-abcdefghijklmnop1234",
    "Basic dXNlcjpwYXNzd29yZA==",
    "Bearer eyJhbGciOi.J9-x_y",
  ];
  for (const token of tokens) assert.ok(!scrub(`before ${token} after`).includes(token), token);
  const clean = scrub("fatal: unable to access 'https://ada:hunter22@host/o/n': no");
  assert.equal(clean, "fatal: unable to access 'https://[secret]@host/o/n': no");
  assert.equal(scrub("nothing to hide: tdm_short"), "nothing to hide: tdm_short");
});

test("createLog() writes listed texts and all numbers, and says where it left something out", () => {
  const line = written((log) =>
    log.info({ repository: "7", ms: 12.5, freeText: "x", object: { a: 1 }, cookie: "c" }, "done"),
  );
  const { repository, ms, freeText, object, cookie, msg, level } = JSON.parse(line) as Record<string, unknown>;
  assert.deepEqual({ repository, ms, msg, level }, { repository: "7", ms: 12.5, msg: "done", level: "info" });
  assert.deepEqual([freeText, object, cookie], ["[not on the list]", "[object]", "[secret]"]);
});

test("createLog() keeps an event on one line, also when it is made to be read", () => {
  const write = (log: ReturnType<typeof createLog>) => log.warn({ branch: "a\nb\u001b[31m\u202e" }, "two\r\nlines");
  assert.equal(written(write).split("\n").length, 2);
  const pretty = written(write, { pretty: true });
  assert.match(pretty, /^\d\d:\d\d:\d\d warn {2}two\\u000d\\u000alines branch=a\\u000ab\\u001b\[31m\\u202e\n$/);
});

test("createLog() writes nothing below its level and nothing at all when silent", () => {
  assert.equal(
    written((log) => log.info("x"), { level: "warn" }),
    "",
  );
  assert.equal(
    written((log) => log.error("x"), { level: "silent" }),
    "",
  );
});

test("createLog() writes no e-mail address, and no value that a statement was given", () => {
  const query = Object.assign(
    new Error('Failed query: select "id" from "user" where "name" = $1\nparams: canary-a,b\nc'),
    {
      name: "DrizzleQueryError",
      cause: Object.assign(new Error('invalid input syntax for type bigint: "canary-b"'), { code: "22P02" }),
    },
  );
  const missing = Object.assign(new Error('relation "metric" does not exist'), { code: "42P01" });
  const text = written((log) => {
    log.error({ err: query }, "failed");
    log.error({ err: missing }, "failed");
    log.warn(
      { reason: "asked by ada.lovelace+x@mail.example.org", user: "7f2c", client: "::1", keyId: "2027" },
      "to <b@c.d>",
    );
  });
  for (const hidden of ["canary", "ada.lovelace", "mail.example.org", "b@c.d"]) assert.ok(!text.includes(hidden), text);
  assert.ok(text.includes('invalid input syntax for type bigint: \\"…\\"'), text);
  assert.ok(text.includes('relation \\"metric\\" does not exist'), "what names no value stays");
  assert.match(text, /"user":"7f2c","client":"::1","keyId":"2027"/);
  assert.equal(scrub("git@github.com:o/n"), "git@github.com:o/n", "what people typed is theirs to read");
});

test("createLog() hides addresses in a long line in no time", () => {
  const begin = processorMs();
  written((log) => log.info("a.".repeat(50_000)));
  written((log) => log.info(`${"a@".repeat(50_000)}b.c`));
  assert.ok(processorMs() - begin < 1_000);
});

/** Fields that are numbers wherever they are written: these need no place on the list. */
const NUMBERS = new Set([
  "repositories",
  "ms",
  "seconds",
  "status",
  "deliveries",
  "freeMiB",
  "wantedMiB",
  "gone",
  "count",
  "percent",
  "replaced",
  "left",
  "objects",
  "commits",
  "rows",
  "bytes",
  "dollars",
]);

test("every field that the source logs is on the list, so that none is lost", () => {
  const lost = projectFiles()
    .filter((path) => path.startsWith("src/") && isSource(path))
    .flatMap((path) => {
      const calls = readText(path).matchAll(
        /\blog(?:\(\))?\??(?:\.(?:debug|info|warn|error)|\[\w+\])\(\s*\{([^{}]*)\}/g,
      );
      return [...calls].flatMap(([, fields = ""]) => {
        const names = fields.split(",").map((field) => field.trim().split(":")[0] ?? "");
        return names.filter((name) => /^\w+$/.test(name) && !NUMBERS.has(name)).map((name) => ({ path, name }));
      });
    })
    .filter(({ name }) => name !== "err" && !written((log) => log.info({ [name]: "x" })).includes(`"${name}":"x"`));
  assert.deepEqual(lost, []);
});

test("Secret.of() registers what it wraps", () => {
  Secret.of("another-long-secret-value");
  assert.ok(!written((log) => log.info("x another-long-secret-value y")).includes("another-long"));
});
