// `tidemark completion`: the scripts name every command, ask for columns and branches, and run nothing of a repository.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { HistoryBuilder } from "../../test/helpers/git-history.ts";
import { buildHistory, commandIn } from "../../test/helpers/log-command.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";

const root = temporaryFolder();
const run = commandIn(root);
const program = join(import.meta.dirname, "..", "..", "bin", "tidemark.mjs");

/** Names that a shell would run if it took them for a line of its own. */
const HOSTILE = ["$(touch${IFS}ran)", "`touch${IFS}ran`", ";touch${IFS}ran", "a|touch${IFS}ran"];
const history = await buildHistory(join(root, "names.git"), (builder: HistoryBuilder) => {
  const rows = [
    { name: "read", mean_ms: 1 },
    { name: "two words", mean_ms: 2 },
  ];
  const files = {
    "metrics.json": JSON.stringify({ loss: 1, accuracy: 2, [HOSTILE[0] as string]: 3, "\u202ehidden": 4 }),
    "bench.json": JSON.stringify(rows),
    "params.yaml": "loss: 1\n",
  };
  const mark = builder.commit({ files });
  for (const name of ["topic", "topic-two", ...HOSTILE])
    builder.branch(`refs/heads/${name.replaceAll("`", "!")}`, mark);
});

test("tidemark completion columns and branches list the names, each as short as it is clear, and nothing where nothing is", async () => {
  const columns = (await run(["completion", "columns", "-C", history])).out.split("\n");
  for (const name of [
    "accuracy",
    "[name=read].mean_ms",
    '[name="two words"].mean_ms',
    "metrics.json:loss",
    "params.yaml:loss",
  ])
    assert.ok(columns.includes(name), `${name} of ${columns.join(", ")}`);
  assert.ok(!columns.includes("loss"), "two columns have that name");
  assert.ok(!columns.some((name) => name.includes("hidden")), "what hides is not offered");
  const branches = (await run(["completion", "branches", "-C", history])).out.split("\n");
  assert.ok(branches.includes("main") && branches.includes("topic-two"));
  const ids = (await run(["completion", "ids", "-C", history])).out.split("\n");
  for (const name of ["accuracy", "metrics.json:accuracy", "metrics.json:loss", "bench.json:[name=read].mean_ms"])
    assert.equal(ids.filter((id) => id === name).length, 1, name);
  for (const words of [["columns", "-C", "nowhere"], ["branches"], ["columns", "-C", "https://127.0.0.1/x"]]) {
    assert.deepEqual(await run(["completion", ...words]), { code: 0, out: "", err: "" });
  }
});

test("tidemark completion refuses another shell", async () => {
  const said = await run(["completion", "tcsh"]);
  assert.equal(said.code, 2);
  assert.match(said.err, /Cannot use the shell "tcsh": found no such shell, wanted one of bash, zsh, fish\./);
});

test("the scripts name every command and every option", async () => {
  const help = (await run(["--help"])).out;
  const names = [...help.matchAll(/^ {2}([a-z-]+) {2,}\S/gm)]
    .map(([, name = ""]) => name)
    .filter((name) => name !== "help");
  assert.ok(names.length >= 10, names.join());
  for (const shell of ["bash", "zsh", "fish"]) {
    const { out } = await run(["completion", shell]);
    for (const name of names) assert.match(out, new RegExp(`\\b${name}\\b`), `${shell}: ${name}`);
    for (const option of ["rtol", "fail-on", "only-changed", "no-pager"])
      assert.match(out, new RegExp(`\\b${option}\\b`), shell);
  }
});

/** Where a shell is, null on a machine without it. */
function shellAt(name: string): string | null {
  return (
    ["/bin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"].map((folder) => join(folder, name)).find(existsSync) ??
    null
  );
}

const bash = shellAt("bash");

/** @returns what bash offers for a line that is typed so far */
function offered(script: string, line: string): string[] {
  const lines = [
    `source '${script}'`,
    "COMP_LINE=$1 COMP_POINT=${#1}",
    "_tidemark",
    '((${#COMPREPLY[@]})) && printf "%s\\n" "${COMPREPLY[@]}"; true',
  ];
  const { PATH = "" } = process.env;
  const options = { cwd: root, env: { PATH, HOME: root }, encoding: "utf8" } as const;
  return execFileSync(bash as string, ["--norc", "-c", lines.join("\n"), "bash", line], options)
    .split("\n")
    .slice(0, -1);
}

test("bash completes commands, options, columns and branches, and runs nothing", {
  skip: bash === null && "no bash here",
}, async () => {
  const script = join(root, "completion.bash");
  writeFileSync(script, (await run(["completion", "bash"])).out);
  mkdirSync(join(root, "a-folder"), { recursive: true });
  const at = `${program} diff -C ${history}`;
  const log = `${program} log -C ${history}`;
  const cases: readonly (readonly [line: string, offered: readonly string[]])[] = [
    [`${program} d`, ["diff", "db"]],
    [`${program} repository s`, ["sync"]],
    [`${program} diff --fa`, ["--fail-on"]],
    [`${program} diff --fail-on `, ["worse"]],
    [`${program} best --goal h`, ["higher"]],
    [`${program} completion z`, ["zsh"]],
    [`${program} log a-fo`, ["a-folder"]],
    [`${at} topic`, ["topic", "topic-two"]],
    [`${at} main topic-`, ["topic-two"]],
    [`${log} --columns acc`, ["accuracy"]],
    [`${log} --columns accuracy [name=re`, [String.raw`read\].mean_ms`]],
    [`${log} --columns metrics.json:lo`, ["loss"]],
    [`${log} --branch topic-`, ["topic-two"]],
    [`${log} -n 3 --sort acc`, ["accuracy"]],
    [`${log} -n 3 --sort -acc`, ["-accuracy"]],
    [`${log} --sort -n`, []],
    [`${log} --sort accuracy --only`, ["--only-changed"]],
    [`${log} --columns bench.json:[name=re`, [String.raw`read\].mean_ms`]],
    [`${log} --columns metrics.json:acc`, ["accuracy"]],
    [`${at} main..topic-`, ["main..topic-two"]],
    [`${at} main...topic-`, ["main...topic-two"]],
    [`${at} ..topic-`, ["..topic-two"]],
  ];
  for (const [line, wanted] of cases) assert.deepEqual(offered(script, line), wanted, line);
  const all = offered(script, `${at} `);
  assert.ok(all.includes(String.raw`\$\(touch\$\{IFS\}ran\)`), all.join(" "));
  offered(script, `${log} --columns `);
  assert.ok(!existsSync(join(root, "ran")));
});

for (const shell of ["zsh", "fish"]) {
  const path = shellAt(shell);
  test(`${shell} can read its script`, { skip: path === null && `no ${shell} here` }, async () => {
    const script = join(root, `completion.${shell}`);
    writeFileSync(script, (await run(["completion", shell])).out);
    execFileSync(path as string, ["--no-execute", script], { env: { HOME: root } });
  });
}
