// Tests that every line of git's template is missed when it is gone (G19): by what git then does, or by the exact list.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { after, test } from "node:test";
import { git, HistoryBuilder, writeObject } from "../../test/helpers/git-history.ts";
import { type GitServer, startGitServer } from "../../test/helpers/git-server.ts";
import { TEST_EGRESS } from "../../test/helpers/mirror-of.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import type { Sha } from "../domain/model.ts";
import { isTidemarkError } from "../errors.ts";
import { type CheckedRemote, checkRemote } from "../outbound.ts";
import { Secret } from "../secrets.ts";
import type * as blobs from "./blobs.ts";
import type * as changes from "./changes.ts";
import type * as commits from "./commits.ts";
import type * as environment from "./environment.ts";
import type * as local from "./local.ts";
import type * as mirrors from "./mirror.ts";
import type * as program from "./program.ts";
import type * as remote from "./remote.ts";
import type { GitRepository } from "./repository.ts";
import type * as run from "./run.ts";

/** This library as it is, or as it would be without one of its lines. */
type Git = typeof blobs &
  typeof changes &
  typeof commits &
  typeof environment &
  typeof local &
  typeof mirrors &
  typeof program &
  typeof remote &
  typeof run;

/** A line that is taken out, what is tried, and what comes of it while the line is there. */
interface Guard {
  readonly line: string;
  readonly file?: string;
  readonly probe: (git: Git, place: string) => Promise<unknown>;
  readonly answer: unknown;
}

const folder = temporaryFolder();
const forge = await startGitServer({ root: folder });
const locked = await startGitServer({ root: folder, login: { user: "ada", password: "secret-0c1f" } });
const full = await startGitServer({ root: folder, allowFilter: false });
const redirecting = await startGitServer({
  root: folder,
  fault: ({ target }) => ({ kind: "redirect", to: forge.url + target }),
});
after(() => Promise.all([forge, locked, full, redirecting].map((server) => server.close())));
process.setMaxListeners(0); // each copy of the library listens for the end of the process

const history = new HistoryBuilder(join(folder, "two.git"));
history.commit({ files: { "metrics.json": '{"n":1}', ".mailmap": "Else <else@example.org> <ada@example.org>\n" } });
history.commit({ files: { "metrics.json": '{"n":2}' }, message: "résumé\n" });
await history.finish();
const two = join(folder, "two.git");

/** A clone of the two commits in a place of its own, which tests may spoil. */
function spoil(place: string): string {
  git(folder, "clone", "--quiet", "--bare", two, place);
  return place;
}

function remoteOf(server: GitServer, name: string): Promise<CheckedRemote> {
  return checkRemote(`${server.url}/${name}`, TEST_EGRESS);
}

async function mirrorOf(lib: Git, place: string, name = "two.git", server = forge): Promise<GitRepository> {
  return lib.openMirror({ root: place, id: "1", remote: await remoteOf(server, name) });
}

/** A program that leaves a mark when it is run. @returns its path, and whether the mark is there */
function trap(place: string): { path: string; sprung: () => boolean } {
  mkdirSync(place, { recursive: true });
  const [path, mark] = [join(place, "trap.sh"), join(place, "sprung")];
  writeFileSync(path, `#!/bin/sh\n: > "${mark}"\n`);
  chmodSync(path, 0o755);
  return { path, sprung: () => existsSync(mark) };
}

/** A repository of one commit whose bytes are given, or whose tree is. */
function malformed(place: string, make: (path: string) => Sha): string {
  const path = spoil(`${place}.git`);
  git(path, "update-ref", "refs/heads/main", make(path));
  return path.slice(folder.length + 1);
}

const commitOf = (person: string) => (path: string) =>
  writeObject(path, "commit", `tree ${git(path, "rev-parse", "main^{tree}")}\n${person}\n\nodd\n`);
const PERSON = "Ada <ada@example.org> 1700000000 +0000";

async function fetched(lib: Git, place: string, name: string): Promise<boolean> {
  await lib.fetchMirror(await mirrorOf(lib, place, name));
  return true;
}

/** Whether objects are taken by the first fetch: one that is refused for small faults is followed by another. */
async function fetchedAtOnce(lib: Git, place: string, name: string): Promise<boolean> {
  const mirror = await mirrorOf(lib, place, name, full);
  const before = full.requests.length;
  await lib.fetchMirror(mirror);
  // branches, objects
  return full.requests.slice(before).filter(({ method }) => method === "POST").length <= 2;
}

const log = (lib: Git, repository: GitRepository, ...args: readonly string[]): Promise<string> =>
  lib.runGit(repository, args, { attempt: "look at" }).then((output) => output.toString("utf8").trim());

const GUARDS: readonly Guard[] = [
  {
    line: 'GIT_NO_REPLACE_OBJECTS: "1",',
    probe: async (lib, place) => {
      const path = spoil(place);
      git(path, "replace", "main", git(path, "commit-tree", "main^{tree}", "-m", "forged"));
      return log(lib, await lib.openLocal(path), "log", "-1", "--format=%s");
    },
    answer: "résumé",
  },
  {
    line: "GIT_GRAFT_FILE: `${NOWHERE}/grafts`,",
    probe: async (lib, place) => {
      const path = spoil(place);
      mkdirSync(join(path, "info"), { recursive: true });
      writeFileSync(join(path, "info/grafts"), `${git(path, "rev-parse", "main")}\n`);
      return log(lib, await lib.openLocal(path), "rev-list", "--count", "main");
    },
    answer: "2",
  },
  {
    line: 'GIT_ALLOW_PROTOCOL: access.network?.scheme ?? "none",',
    probe: async (lib) => log(lib, await lib.openLocal(two), "ls-remote", `${forge.url}/two.git`),
    answer: "address-not-allowed",
  },
  {
    line: 'GIT_NO_LAZY_FETCH: "1",',
    probe: async (lib, place) => {
      const mirror = await mirrorOf(lib, place);
      await lib.fetchMirror(mirror);
      const call = { attempt: "read", network: await remoteOf(forge, "two.git"), fileBytes: 1e6 };
      return (await lib.runGit(mirror, ["cat-file", "blob", "HEAD:metrics.json"], call)).toString();
    },
    answer: "repository-corrupt",
  },
  {
    line: 'GIT_LITERAL_PATHSPECS: "1",',
    probe: async (lib) => log(lib, await lib.openLocal(two), "log", "--format=%s", "--", "*.json"),
    answer: "",
  },
  {
    line: "GIT_INDEX_FILE: `${NOWHERE}/index`,",
    probe: async (lib, place) => {
      git(folder, "clone", "--quiet", two, place);
      return log(lib, await lib.openLocal(place), "ls-files");
    },
    answer: "",
  },
  {
    line: '"core.hooksPath=/dev/null",',
    probe: async (lib, place) => {
      const [path, { path: script, sprung }] = [spoil(place), trap(`${place}-trap`)];
      mkdirSync(join(path, "hooks"), { recursive: true });
      writeFileSync(join(path, "hooks/reference-transaction"), `#!/bin/sh\nexec "${script}"\n`);
      chmodSync(join(path, "hooks/reference-transaction"), 0o755);
      const call = { attempt: "move a branch of", fileBytes: 1e6 };
      await lib.runGit(await lib.openLocal(path), ["update-ref", "refs/heads/x", "main"], call);
      return sprung();
    },
    answer: false,
  },
  {
    line: '"core.bigFileThreshold=1m",',
    probe: async (lib, place) => {
      const name = `${place.slice(folder.length + 1)}-big.git`;
      const builder = new HistoryBuilder(join(folder, name));
      builder.commit({ files: { big: Buffer.alloc(48 * 2 ** 20) } });
      await builder.finish();
      // the same git with little memory, so that the file need not be large
      const bin = join(place, "bin");
      mkdirSync(bin, { recursive: true });
      writeFileSync(join(bin, "git"), `#!/bin/sh\nulimit -d 32768\nexec "${lib.gitProgram().git}" "$@"\n`);
      chmodSync(join(bin, "git"), 0o755);
      lib.configureGit({ searchPath: bin });
      await lib.fetchMirror(await mirrorOf(lib, place, name, full)).finally(() => lib.configureGit({}));
      return "fetched";
    },
    answer: "fetched",
  },
  {
    line: '"log.showSignature=false", // would run a repository\'s gpg.program',
    probe: async (lib, place) => {
      const [path, { path: script, sprung }] = [spoil(place), trap(`${place}-trap`)];
      const signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----";
      const sha = commitOf(`author ${PERSON}\ncommitter ${PERSON}\n${signature}`)(path);
      git(path, "config", "gpg.program", script);
      git(path, "config", "log.showSignature", "true");
      await log(lib, await lib.openLocal(path), "log", "-1", sha);
      return sprung();
    },
    answer: false,
  },
  {
    line: '"log.showRoot=true",',
    probe: async (lib, place) => {
      const path = spoil(place);
      git(path, "config", "log.showRoot", "false");
      let count = 0;
      const onCommit: Parameters<typeof lib.readChanges>[2]["onCommit"] = (_, all) => (count += all.length);
      const roots = [git(path, "rev-list", "--max-parents=0", "main") as Sha];
      await lib.readChanges(await lib.openLocal(path), roots, { wants: () => true, onCommit });
      return count;
    },
    answer: 2,
  },
  {
    line: '"i18n.logOutputEncoding=UTF-8",',
    probe: async (lib, place) => {
      const path = spoil(place);
      git(path, "config", "i18n.logOutputEncoding", "ISO-8859-1");
      const tip = [git(path, "rev-parse", "main") as Sha];
      for await (const { subject } of lib.readFacts(await lib.openLocal(path), tip)) return subject;
      return null;
    },
    answer: "résumé",
  },
  {
    line: '"credential.helper=",',
    probe: async (lib, place) => {
      const mirror = await mirrorOf(lib, place);
      const { path, sprung } = trap(`${place}-trap`);
      git(mirror.gitDir, "config", "credential.helper", path);
      git(mirror.gitDir, "config", "remote.origin.url", `${locked.url}/two.git`);
      await lib.fetchMirror(mirror).catch(() => undefined);
      return sprung();
    },
    answer: false,
  },
  {
    line: '"http.followRedirects=false",',
    probe: async (lib) => {
      const before = forge.requests.length;
      await lib.readRemote(await remoteOf(redirecting, "two.git")).catch(() => undefined);
      return forge.requests.length - before;
    },
    answer: 0,
  },
  {
    line: '"http.proxy=",',
    probe: async (lib, place) => {
      const mirror = await mirrorOf(lib, place);
      git(mirror.gitDir, "config", "http.proxy", "http://127.0.0.1:1");
      await lib.fetchMirror(mirror);
      return "fetched";
    },
    answer: "fetched",
  },
  {
    line: '"protocol.version=2",',
    probe: async (lib, place) => {
      const mirror = await mirrorOf(lib, place);
      git(mirror.gitDir, "config", "protocol.version", "0");
      const before = forge.requests.length;
      await lib.fetchMirror(mirror);
      return forge.requests.slice(before).every(({ protocol }) => protocol === "version=2");
    },
    answer: true,
  },
  {
    line: '"transfer.credentialsInUrl=die",',
    probe: async (lib, place) => {
      const mirror = await mirrorOf(lib, place);
      git(mirror.gitDir, "config", "remote.origin.url", `${forge.url.replace("://", "://ada:secret@")}/two.git`);
      await lib.fetchMirror(mirror);
      return "fetched";
    },
    answer: "git-failed",
  },
  {
    line: '"fetch.fsckObjects=true",',
    probe: async (lib, place) => {
      const name = malformed(place, (path) => {
        const blob = Buffer.from(writeObject(path, "blob", "x"), "hex");
        const tree = writeObject(path, "tree", Buffer.concat([Buffer.from("100644 .git\0"), blob]));
        return git(path, "commit-tree", tree, "-m", "bad") as Sha;
      });
      return fetched(lib, place, name);
    },
    answer: "repository-corrupt",
  },
  {
    line: '"fetch.fsck.badTimezone=ignore",',
    probe: (lib, place) => {
      const odd = PERSON.replace("+0000", "+051800");
      return fetchedAtOnce(lib, place, malformed(place, commitOf(`author ${odd}\ncommitter ${odd}`)));
    },
    answer: true,
  },
  {
    line: '"fetch.fsck.missingSpaceBeforeDate=ignore",',
    probe: (lib, place) => {
      const odd = PERSON.replace("> ", ">");
      return fetchedAtOnce(lib, place, malformed(place, commitOf(`author ${odd}\ncommitter ${PERSON}`)));
    },
    answer: true,
  },
  {
    line: '"fetch.fsck.zeroPaddedFilemode=ignore",',
    probe: (lib, place) => {
      const make = (path: string): Sha => {
        const inner = Buffer.from(git(path, "rev-parse", "main^{tree}"), "hex");
        const tree = writeObject(path, "tree", Buffer.concat([Buffer.from("040000 d\0"), inner]));
        return git(path, "commit-tree", tree, "-m", "old tools") as Sha;
      };
      return fetchedAtOnce(lib, place, malformed(place, make));
    },
    answer: true,
  },
  {
    line: '"fetch.writeCommitGraph=false",',
    probe: async (lib, place) => {
      const mirror = await mirrorOf(lib, place);
      git(mirror.gitDir, "config", "fetch.writeCommitGraph", "true");
      await lib.fetchMirror(mirror);
      return readdirSync(join(mirror.gitDir, "objects/info")).filter((name) => name.includes("graph"));
    },
    answer: [],
  },
  {
    line: 'if (pin) args.push("-c", `http.curloptResolve=${pin}`);',
    probe: async (lib) => {
      const text = `http://forge.invalid:${forge.port}/two.git`;
      return (await lib.readRemote(await checkRemote(text, TEST_EGRESS, async () => ["127.0.0.1"]))).head;
    },
    answer: "main",
  },
  {
    line: "`--fsize=${fileBytes}`, ",
    probe: async (lib, place) => {
      const repository = await lib.openLocal(spoil(place));
      await lib.runGit(repository, ["update-ref", "refs/heads/x", "main"], { attempt: "move a branch of" });
      return "written";
    },
    answer: process.platform === "linux" ? "git-failed" : "written",
  },
  {
    line: '"--no-mailmap", ',
    file: "run.ts",
    probe: async (lib, place) => {
      const mirror = await mirrorOf(lib, place);
      await lib.fetchMirror(mirror);
      const tip = [git(two, "rev-parse", "main") as Sha];
      for await (const { author } of lib.readFacts(mirror, tip)) return author.name;
      return null;
    },
    answer: "Ada",
  },
];

/** Lines without which this git, here, does the same: why, or what sees it. The exact list misses each of them. */
const BESIDE: Readonly<Record<string, string>> = {
  PATH: "git finds its own programs without",
  HOME: "GIT_CONFIG_GLOBAL stands before it",
  XDG_CONFIG_HOME: "GIT_CONFIG_GLOBAL stands before it",
  LC_ALL: "needs a machine with git's translations",
  TZ: "dates are asked for as they were written",
  GIT_CONFIG_NOSYSTEM: "needs a file in /etc",
  GIT_CONFIG_GLOBAL: "HOME names no folder",
  GIT_ATTR_NOSYSTEM: "needs a file in /etc",
  GIT_TERMINAL_PROMPT: "needs a terminal",
  GIT_ASKPASS: "nobody is asked where there is no terminal and no askpass program",
  SSH_ASKPASS: "likewise",
  GIT_PROTOCOL_FROM_USER: "GIT_ALLOW_PROTOCOL stands before it",
  GIT_OPTIONAL_LOCKS: "no command that takes one is used",
  GIT_FLUSH: "speed only",
  GIT_CEILING_DIRECTORIES: "the repository is always named",
  "core.fsmonitor": "no command that reads a work tree is used",
  "core.attributesFile": "no command that reads contents is used",
  "gc.auto": "--no-auto-gc stands beside it",
  "maintenance.auto": "--no-auto-gc stands beside it",
  "pack.threads": "memory only",
  "safe.bareRepository": "the repository is always named",
  "credential.interactive": "a newer git",
  "http.lowSpeedLimit": "thirty seconds: test/odd-servers.test.ts",
  "http.lowSpeedTime": "thirty seconds: test/odd-servers.test.ts",
  "transfer.bundleURI": "a newer git",
  "fetch.recurseSubmodules": "a bare repository has none",
  "fetch.unpackLimit": "packs that are checked are kept whole",
  "fetch.uriProtocols": "needs a server that hands out packs elsewhere",
};

const source = readFileSync(new URL("environment.ts", import.meta.url), "utf8");
/** Every line of the template by the name of what it sets. */
const LINES = new Map(
  Array.from(source.matchAll(/^(?: {4}([A-Z_]+): .*| {2}"([\w.]+)=.*)$/gm), ([line, variable, setting]) => [
    (variable ?? setting) as string,
    line,
  ]),
);
/** What is taken out, by number: first what has a probe, then the others. */
const REMOVALS = [
  ...GUARDS.map(({ line, file = "environment.ts" }) => ({ line, file })),
  ...Object.keys(BESIDE).map((name) => ({ line: `\n${LINES.get(name) ?? name}`, file: "environment.ts" })),
];

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const guard = /\?without=\d+$/.exec(context.parentURL ?? "")?.[0];
    if (guard === undefined || !specifier.startsWith(".") || !found.url.includes("/src/git/")) return found;
    return { ...found, url: found.url + guard };
  },
  load(url, context, next) {
    const loaded = next(url, context);
    const removal = REMOVALS[Number(/\?without=(\d+)$/.exec(url)?.[1] ?? -1)];
    if (removal === undefined || !new URL(url).pathname.endsWith(`/src/git/${removal.file}`)) return loaded;
    const text = readFileSync(new URL(url), "utf8");
    assert.equal(text.split(removal.line).length, 2, `${removal.line} is not where it was, or twice`);
    return { ...loaded, source: text.replace(removal.line, () => "") };
  },
});

async function load(query: string): Promise<Git> {
  const names = ["blobs", "changes", "commits", "environment", "local", "mirror", "program", "remote", "run"];
  const modules = await Promise.all(names.map((name) => import(`./${name}.ts${query}`) as Promise<object>));
  return Object.assign({}, ...modules) as Git;
}

let places = 0;

/** What a probe finds, or the code of what it fails with. */
async function answerOf(guard: Guard, lib: Git): Promise<unknown> {
  places += 1;
  try {
    return await guard.probe(lib, join(folder, `place-${places}`));
  } catch (error) {
    return isTidemarkError(error) ? error.code : String(error);
  }
}

const whole = await load("");

for (const [number, guard] of GUARDS.entries()) {
  test(`without ${guard.line} git does something else (G19)`, async () => {
    assert.deepEqual(await answerOf(guard, whole), guard.answer);
    assert.notDeepEqual(await answerOf(guard, await load(`?without=${number}`)), guard.answer);
  });
}

test("a template without any one of its lines is another one (G19)", async () => {
  const network = await remoteOf(forge, "two.git");
  const access = { repository: { gitDir: "/x" }, network, authorization: Secret.of("Basic abcdefgh") };
  const templateOf = (lib: Git): unknown => {
    const found = whole.gitProgram();
    return [lib.gitTemplate(access), lib.gitEnvironment(found, access), lib.gitCommand(found, 5)];
  };
  const complete = templateOf(whole);
  for (const [number, { line, file }] of REMOVALS.entries()) {
    // `pin` is a line of its own, which needs a host that is a name
    if (file !== "environment.ts" || line.includes("pin")) continue;
    assert.notDeepEqual(templateOf(await load(`?without=${number}`)), complete, line);
  }
});

test("every line of the template has its probe, or a reason why there is none", () => {
  const probed = new Set(GUARDS.map(({ line }) => line));
  const without = [...LINES].filter(([name, line]) => !probed.has(line.trim()) && BESIDE[name] === undefined);
  assert.deepEqual(without, []);
  assert.ok(LINES.size > 40, `${LINES.size} lines`);
  const twice = [...LINES].filter(([name, line]) => probed.has(line.trim()) && BESIDE[name] !== undefined);
  assert.deepEqual(twice, []);
});
