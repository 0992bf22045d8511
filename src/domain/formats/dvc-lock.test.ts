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

test("dvcLock knows its file by extension and content", () => {
  const sniff = (extension: string, text: string): string =>
    dvcLock.sniff({
      path: "dvc.lock",
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
  assert.equal(sniff("yaml", LOCK), "no");
});

function read(text: string): Record<string, Value> {
  const target = new Flattener({ identity: null, lineAt: null });
  dvcLock.read(
    { text, path: "dvc.lock", name: "dvc.lock", folder: "", isFile: null, extension: "lock", first: text.charAt(0) },
    target,
  );
  const { document } = target.finish();
  return Object.fromEntries(document.keys.map((key, i) => [key, document.values[i] ?? null]));
}
