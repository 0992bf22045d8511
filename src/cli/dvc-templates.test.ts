// Tests of templates in dvc.yaml and of parameters that only dvc.lock holds, as the commands show them.
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { HistoryBuilder } from "../../test/helpers/git-history.ts";
import { commandIn } from "../../test/helpers/log-command.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";

const root = temporaryFolder();
const command = commandIn(root);

const PIPELINE = `stages:
  fe:
    foreach: \${models}
    do:
      wdir: src
      params: [lr]
      outs: ['model.json']
      metrics: [{'../m/fe_\${item}.json': {cache: false}}]
`;

/** A dvc.lock as DVC writes it. */
function lock(lr: number, ...models: readonly string[]): string {
  const stages = models.map(
    (model) => `  fe@${model}:
    cmd: train
    params:
      params.yaml:
        lr: ${lr}
        train.epochs: 3
    outs:
    - path: ../m/fe_${model}.json
      hash: md5
      md5: 6811fbc0e37e7eb14fdf61ff13ca76de
      size: 8
    - path: model.json
      hash: md5
      md5: 764efa883dda1e11db47671c4a3bbd9e
      size: 3
`,
  );
  return `schema: '2.0'\nstages:\n${stages.join("")}`;
}

interface Row {
  readonly values: Readonly<Record<string, unknown>>;
  readonly changed: readonly string[];
  readonly warnings: readonly { readonly message: string }[];
}

async function rows(repository: string, ...words: readonly string[]): Promise<readonly Row[]> {
  const { code, out, err } = await command(["log", repository, "--json", ...words], { outIsTerminal: false });
  assert.equal(code, 0, err);
  return JSON.parse(out) as readonly Row[];
}

async function build(name: string, commits: readonly Readonly<Record<string, string | null>>[]): Promise<string> {
  const builder = new HistoryBuilder(join(root, name));
  for (const files of commits) builder.commit({ files });
  await builder.finish();
  return join(root, name);
}

const pipeline = await build("pipeline.git", [
  { "dvc.yaml": PIPELINE, "m/fe_x.json": '{"v":1}', "src/params.yaml": "lr: 0.1\n", "src/model.json": '{"w":1}' },
  { "dvc.lock": lock(0.1, "x"), "m/fe_x.json": '{"v":2}' },
  { "dvc.lock": lock(0.1, "x", "y"), "m/fe_y.json": '{"v":3}' },
  { "src/params.yaml": null },
  { "dvc.lock": lock(0.5, "x", "y"), "m/fe_x.json": '{"v":4}' },
  { "dvc.lock": "<<<<<<< HEAD\n" },
  { "dvc.lock": lock(0.7, "x", "y"), "src/params.yaml": "lr: 0.7\n" },
  { "dvc.yaml": null, "m/fe_y.json": '{"v":5}' },
]);

test("tidemark log reads the paths that a dvc.lock says templates stood for, and no other out", async () => {
  const all = await rows(pipeline, "-n", "0");
  const values = all.map((row) => [row.values["m/fe_x.json:v"], row.values["m/fe_y.json:v"]]);
  assert.deepEqual(values, [
    [4, 5],
    [4, 3],
    [4, 3],
    [4, 3],
    [2, 3],
    [2, 3],
    [2, undefined],
    [1, undefined],
  ]);
  assert.ok(all.every((row) => row.values["src/model.json:w"] === undefined));
});

test("tidemark log reads parameters from dvc.lock where their file is not in Git, as that file's own", async () => {
  const all = await rows(pipeline, "-n", "0");
  const own = all.map(({ values }) => [values["src/params.yaml:lr"], values["src/params.yaml:train.epochs"]]);
  assert.deepEqual(own, [
    [0.7, undefined],
    [0.7, undefined],
    [undefined, undefined],
    [0.5, 3],
    [0.1, 3],
    [0.1, undefined],
    [0.1, undefined],
    [0.1, undefined],
  ]);
  assert.deepEqual(all[4]?.changed, ["src/params.yaml:train.epochs"], "a value that stays has not changed");
  const paths = new Set(all.flatMap(({ values }) => Object.keys(values).map((id) => id.slice(0, id.lastIndexOf(":")))));
  assert.deepEqual([...paths].sort(), ["m/fe_x.json", "m/fe_y.json", "src/params.yaml"], "never twice");
});

test("tidemark log warns once of a dvc.lock that is broken", async () => {
  const told = (await rows(pipeline, "-n", "0")).map(({ warnings }) => warnings.length);
  assert.deepEqual(told, [0, 0, 1, 0, 0, 0, 0, 0]);
});

test("tidemark log -n shows of templates and parameters what the whole history does", async () => {
  const all = await rows(pipeline, "-n", "0");
  // below a window of two stands the dvc.lock that is broken: what that one held before is not looked for
  for (const count of [1, 3, 4, 5, 6, 7, 8])
    assert.deepEqual(await rows(pipeline, "-n", `${count}`), all.slice(0, count), `-n ${count}`);
});

test("tidemark log --files takes parameters from dvc.lock by the folder in which the stage ran", async () => {
  const only = await rows(pipeline, "-n", "0", "--files", "**/params.yaml");
  assert.deepEqual(
    only
      .map(({ values }) => Object.keys(values))
      .flat()
      .toSorted()
      .at(0),
    "src/params.yaml:lr",
  );
  assert.equal(only[3]?.values["src/params.yaml:lr"], 0.5);
});

test("tidemark files names the dvc.lock as what chose a path", async () => {
  const { out, err } = await command(["files", pipeline], { outIsTerminal: false });
  assert.match(out, /^m\/fe_x\.json +\d +\d +json +m\/fe_x\.json \(dvc\.lock\)$/m, err);
});

test("tidemark diff compares what dvc.lock holds", async () => {
  const { out, err } = await command(["diff", "HEAD~4", "HEAD~3", "-C", pipeline], { outIsTerminal: false });
  assert.match(out, /lr +0\.1 +0\.5 /, err);
});

test("tidemark log says of a template that no dvc.lock has a path for it", async () => {
  const alone = await build("alone.git", [{ "dvc.yaml": PIPELINE, "metrics.json": '{"a":1}', "m/fe_x.json": "{}" }]);
  const [row] = await rows(alone);
  assert.deepEqual(
    row?.warnings.map(({ message }) => message),
    [
      'dvc.yaml: "../m/fe_${item}.json" is a template that no dvc.lock beside it has a path for: it is not read. Commit the dvc.lock of a run, or name the files by --files or on the page "Files".',
    ],
  );
});

test("tidemark log warns once of a dvc.lock that is too large to look for templates in", async () => {
  const files = { "dvc.yaml": PIPELINE.replace("params: [lr]", "deps: [a]"), "metrics.json": '{"a":1}' };
  const huge = await build("huge.git", [
    { ...files, "dvc.lock": lock(1, "x").replaceAll(/ {4}params:(?:\n {6}.*)+/g, ""), "m/fe_x.json": '{"v":1}' },
    { "dvc.lock": `${lock(1, "x", "y")}${"# x\n".repeat(300_000)}` },
  ]);
  const all = await rows(huge);
  assert.equal(all[0]?.values["m/fe_x.json:v"], 1);
  assert.deepEqual(
    all.map(({ warnings }) => warnings.length),
    [1, 0],
  );
  assert.match(
    all[0]?.warnings[0]?.message ?? "",
    /^dvc\.lock: Found a file of \d+ bytes, wanted at most 1048576\. What/,
  );
});
