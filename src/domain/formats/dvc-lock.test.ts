// Tests of dvc.lock: parameters only, each once, both written forms, no other lock file.
import assert from "node:assert/strict";
import test from "node:test";
import { Flattener } from "../flatten.ts";
import type { Value } from "../model.ts";
import { dvcLock } from "./dvc-lock.ts";

const LOCK = `schema: '2.0'
stages:
  prepare:
    cmd: python src/prepare.py
    deps:
    - path: data/data.xml
      md5: 22a1a2931c8370d3aeedd7183606fd7f
      size: 14445097
    params:
      params.yaml:
        prepare.seed: 20170428
      src/params.conf:
        SPLIT: 0.2
        Train.layers: [64, 32]
    outs:
    - path: data/prepared
      md5: 153aad06d376b6595932470e459ef42a.dir
      size: 8437363
  train:
    cmd: python src/train.py
    params:
      conf/model.toml:
        depth: 3
`;

test("dvcLock gives the parameters of files that are not read themselves, and nothing else", () => {
  assert.deepEqual(read(LOCK), {
    'stages.prepare.params["src/params.conf"].SPLIT': 0.2,
    'stages.prepare.params["src/params.conf"]["Train.layers"].length': 2,
    'stages.prepare.params["src/params.conf"]["Train.layers"].last': 32,
    'stages.prepare.params["src/params.conf"]["Train.layers"].min': 32,
    'stages.prepare.params["src/params.conf"]["Train.layers"].max': 64,
    'stages.prepare.params["src/params.conf"]["Train.layers"].mean': 48,
  });
});

test("dvcLock gives the first form the same keys", () => {
  const first =
    "train:\n  cmd: python train.py\n  params:\n    params.conf:\n      lr: 0.1\n    params.yaml:\n      lr: 0.1\n";
  assert.deepEqual(read(first), { 'stages.train.params["params.conf"].lr': 0.1 });
});

test("dvcLock of a file without such parameters is empty", () => {
  assert.deepEqual(
    read("schema: '2.0'\nstages:\n  a:\n    cmd: x\n    outs:\n    - path: m.json\n      md5: abc\n"),
    {},
  );
  assert.deepEqual(read("schema: '2.0'\n"), {});
  assert.deepEqual(read("schema: '2.0'\nstages: [a]\n"), {});
});

test("dvcLock in the place of a file of parameters gives that file's values by its own keys", () => {
  assert.deepEqual(read(LOCK, "params.yaml"), { "prepare.seed": 20170428 });
  assert.deepEqual(read(LOCK, "sub/conf/model.toml"), { depth: 3 });
  assert.deepEqual(read(LOCK, "other.yaml"), {});
});

const STAGES = `schema: '2.0'
stages:
  a:
    params:
      params.yaml:
        train: {epochs: 3, opt: {name: adam}}
        a..b: 1
        list: [1, 2]
        lr: 0.1
  b:
    params:
      ../params.yaml:
        train.lr: 0.5
        train.epochs: 4
        train.opt.name.x: 1
        list: [1, 2]
        lr: 0.1
      src/params.yaml:
        deep: true
`;

test("dvcLock puts together what several stages had of a file, the first before the others, and warns", () => {
  const warnings: string[] = [];
  assert.deepEqual(read(STAGES, "params.yaml", warnings), {
    "train.epochs": 3,
    "train.opt.name": "adam",
    "train.lr": 0.5,
    '["a..b"]': 1,
    "list.length": 2,
    "list.last": 2,
    "list.min": 1,
    "list.max": 2,
    "list.mean": 1.5,
    lr: 0.1,
  });
  assert.deepEqual(warnings, [
    'Stages of dvc.lock ran with different values of "train.epochs": the first counts. And 1 more.',
  ]);
  assert.deepEqual(read(STAGES, "p/src/params.yaml"), { deep: true }, "of two names the longer one");
});

test("dvcLock gives up what aliases make endless", () => {
  const bomb = Array.from({ length: 30 }, (_, i) => `x${i + 1}: &x${i + 1} {a: *x${i}, b: *x${i}}\n`).join("");
  const twice = (name: string): string =>
    bomb.replaceAll("x", name).replace(`*${name}0`, "1").replace(`*${name}0`, "2");
  const stages = `stages:\n  a: {params: {params.yaml: {k: *y30}}}\n  b: {params: {params.yaml: {k: *z30}}}\n`;
  assert.throws(() => read(`${twice("y")}${twice("z")}${stages}`, "params.yaml"), /50000 values/);
});

test("dvcLock knows its file by extension and content", () => {
  const sniff = (extension: string, text: string, path = "dvc.lock"): string =>
    dvcLock.sniff({
      path,
      name: "dvc.lock",
      folder: "",
      isFile: null,
      extension,
      text,
      first: text.charAt(0),
    });
  assert.equal(sniff("lock", LOCK), "yes");
  assert.equal(sniff("lock", "# made by dvc\nstages:\n  a:\n    cmd: x\n"), "yes");
  assert.equal(sniff("lock", "train:\n  cmd: x\n"), "yes");
  assert.equal(sniff("lock", '"@babel/core@^7":\n  version "7.1.0"\n'), "no");
  assert.equal(sniff("yaml", LOCK, "params.yaml"), "yes");
  assert.equal(sniff("py", LOCK, "src/params.py"), "yes");
  assert.equal(sniff("csv", LOCK, "params.csv"), "no");
  assert.equal(sniff("yaml", "schema: 1\nstages:\n  a: 1\n", "params.yaml"), "no");
  assert.equal(sniff("yaml", "lr: 1\nschema: '2.0'\nstages:\n", "params.yaml"), "no");
});

function read(text: string, path = "dvc.lock", warnings: string[] = []): Record<string, Value> {
  const target = new Flattener({ identity: null, lineAt: null });
  const extension = path.slice(path.lastIndexOf(".") + 1);
  dvcLock.read({ text, path, name: path, folder: "", isFile: null, extension, first: text.charAt(0) }, target);
  warnings.push(...target.warnings.list().map(({ message }) => message));
  const { document } = target.finish();
  return Object.fromEntries(document.keys.map((key, i) => [key, document.values[i] ?? null]));
}
