// The histories that benchmarks read: made once with a fixed seed by `git fast-import`, kept in the cache folder.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Where inputs are kept between runs. */
export const CACHE = join(import.meta.dirname, "..", "node_modules", ".cache", "tidemark-bench");

/** A generator of numbers from 0 to 1 (mulberry32): the same seed gives the same history everywhere. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Writes a fast-import stream into a new bare repository; `name` is also its cache key. */
async function bareRepository(name: string, stream: () => Iterable<string>): Promise<string> {
  const folder = join(CACHE, `${name}.git`);
  if (existsSync(folder)) return folder;
  mkdirSync(CACHE, { recursive: true });
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  run(["init", "--quiet", "--bare", "-b", "main", fresh]);
  const git = spawn("git", ["-C", fresh, "fast-import", "--quiet", "--done"], {
    stdio: ["pipe", "inherit", "inherit"],
  });
  let chunk = "";
  for (const part of stream()) {
    chunk += part;
    if (chunk.length < 1 << 18) continue;
    if (!git.stdin.write(chunk)) await once(git.stdin, "drain");
    chunk = "";
  }
  git.stdin.end(`${chunk}done\n`);
  const [code] = (await once(git, "exit")) as [number];
  if (code !== 0) throw new Error(`git fast-import of ${name} ended with ${code}`);
  run(["-C", fresh, "config", "uploadpack.allowFilter", "true"]);
  run(["-C", fresh, "config", "uploadpack.allowAnySHA1InWant", "true"]);
  run(["-C", fresh, "repack", "-adq"]);
  renameSync(fresh, folder);
  return folder;
}

function run(args: readonly string[]): void {
  const done = spawnSync("git", args, { stdio: ["ignore", "inherit", "inherit"] });
  if (done.status !== 0) throw new Error(`git ${args.join(" ")} ended with ${done.status}`);
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

const START = 1_400_000_000;

function commitHead(index: number, subject: string): string {
  const author = `Author ${index % 40} <author${index % 40}@example.org> ${START + index * 600} +0000`;
  return `commit refs/heads/main\nauthor ${author}\ncommitter ${author}\n${data(subject)}`;
}

/** Sizes of the history of `import`, by design the size of a large project's. */
export interface CodeHistory {
  readonly commits: number;
  readonly files: number;
  readonly versions: number;
}

/**
 * A code history: `files` source files in folders, each commit changes two of them; three metric files have `versions`
 * versions altogether, spread evenly.
 * @returns the path of a bare repository
 */
export function codeHistory(size: CodeHistory): Promise<string> {
  const name = `code-${size.commits}-${size.files}-${size.versions}`;
  return bareRepository(name, function* () {
    const random = randomFrom(7);
    const pathOf = (file: number) => `src/module${file % 120}/part${file % 11}/file${file}.c`;
    for (let index = 0; index < size.commits; index++) {
      yield commitHead(index, `Change number ${index}`);
      if (index === 0)
        for (let file = 0; file < size.files; file++) yield `M 644 inline ${pathOf(file)}\n${data(`${file}`)}`;
      for (let change = 0; change < 2; change++) {
        yield `M 644 inline ${pathOf(Math.floor(random() * size.files))}\n${data(`${index} ${change} ${random()}`)}`;
      }
      const version = Math.floor((index * size.versions) / size.commits);
      if (index === 0 || version !== Math.floor(((index - 1) * size.versions) / size.commits)) {
        yield `M 644 inline ${METRIC_PATHS[version % 3]}\n${data(smallDocument(version, random))}`;
      }
    }
  });
}

/** The three metric files of `codeHistory()`. */
export const METRIC_PATHS = ["metrics.json", "eval/metrics.json", "bench/benchmark.json"];

function smallDocument(version: number, random: () => number): string {
  const names = Array.from({ length: 40 }, (_, key) => `metric_${key}`);
  return JSON.stringify(
    Object.fromEntries(names.map((name, key) => [name, key + version / 1_000 + random()])),
    null,
    2,
  );
}

/**
 * A history of one wide file: `versions` versions of `keys` keys each, one a commit.
 * @returns the path of a bare repository
 */
export function wideHistory(versions: number, keys: number): Promise<string> {
  return bareRepository(`wide-${versions}-${keys}`, function* () {
    const random = randomFrom(11);
    for (let index = 0; index < versions; index++) {
      const tree: Record<string, Record<string, number>> = {};
      for (let key = 0; key < keys; key++) {
        const group = `suite_${Math.floor(key / 20)}_with_a_name`;
        tree[group] ??= {};
        tree[group][`benchmark_case_${key}.mean`] = random() * 1_000;
      }
      yield commitHead(index, `Run number ${index}`);
      yield `M 644 inline metrics.json\n${data(JSON.stringify(tree))}`;
    }
  });
}

/**
 * A DVC repository: a pipeline that declares metrics in JSON, YAML and TOML and parameters, of which each commit changes
 * some.
 * @returns the path of a bare repository
 */
export function dvcHistory(commits: number): Promise<string> {
  return bareRepository(`dvc-${commits}`, function* () {
    const random = randomFrom(13);
    const file = (path: string, text: string) => `M 644 inline ${path}\n${data(text)}`;
    for (let index = 0; index < commits; index++) {
      yield commitHead(index, `Experiment number ${index}`);
      if (index === 0) yield file(".dvc/config", "[core]\n    analytics = false\n") + file("dvc.yaml", DVC_YAML);
      yield file("metrics.json", smallDocument(index, random));
      if (index % 2 === 0)
        yield file("eval/scores.yaml", `auc: ${random()}\nby_class:\n  a: ${random()}\n  b: ${random()}\n`);
      if (index % 3 === 0) yield file("eval/rates.toml", `fpr = ${random()}\n\n[deep]\ntpr = ${random()}\n`);
      if (index % 4 === 0) yield file("params.yaml", `lr: ${random()}\nepochs: ${index % 50}\n`);
      if (index % 5 === 0) yield file("out/final.json", `{"loss": ${random()}}\n`);
    }
  });
}

const DVC_YAML = `metrics:
  - metrics.json
  - eval/scores.yaml
  - eval/rates.toml
params:
  - params.yaml
stages:
  final:
    cmd: python final.py
    metrics:
      - out/final.json:
          cache: false
`;
