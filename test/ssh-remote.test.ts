// Git over SSH with a stand-in for the ssh program: what it is called with, and that both versions of the protocol are read.
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { isTidemarkError } from "../src/errors.ts";
import { fetchMirror, openMirror } from "../src/git/mirror.ts";
import { configureGit, gitProgram } from "../src/git/program.ts";
import { readRemote } from "../src/git/remote.ts";
import { checkRemote, type EgressAllowance } from "../src/outbound.ts";
import { makeVersions } from "./helpers/served-history.ts";
import { temporaryFolder } from "./helpers/temporary-folder.ts";

const folder = temporaryFolder();
const programs = join(folder, "programs");
const repository = join(folder, "private.git");
await makeVersions(folder, "private.git", 5);

/** Does what a server would, the last word as a command; but not when it is called without one of these words. */
function standIn(before: string, wanted: readonly string[] = []): void {
  mkdirSync(programs, { recursive: true });
  const refuse = "{ echo 'ada@host: Permission denied (publickey).' >&2; exit 255; }";
  const lines = ["#!/bin/sh", 'words=" $* "', before];
  for (const word of wanted) lines.push(`case "$words" in *' ${word} '*) ;; *) ${refuse} ;; esac`);
  lines.push(`[ "$HOME" = /nonexistent ] && [ -z "$SSH_AUTH_SOCK" ] || ${refuse}`);
  lines.push('for word in "$@"; do command=$word; done', 'eval "$command"', "");
  writeFileSync(join(programs, "ssh"), lines.join("\n"));
  chmodSync(join(programs, "ssh"), 0o755);
}

standIn("");
// git finds the programs that stand beside it
symlinkSync(gitProgram().git, join(programs, "git"));
configureGit({ searchPath: `${programs}:${process.env["PATH"] ?? ""}` });
after(() => configureGit({}));

const ALLOW: EgressAllowance = {
  http: false,
  loopback: false,
  entries: [{ target: "git.example.org", ports: [2222] }],
  ssh: { keyFile: "/keys/id", knownHosts: "/keys/known_hosts" },
};
const remote = await checkRemote(`ssh://ada@git.example.org:2222${repository}`, ALLOW, async () => ["192.0.43.8"]);

test("readRemote() and fetchMirror() work over SSH in both versions of the protocol", async () => {
  for (const [id, before] of [
    ["1", ""],
    ["2", "unset GIT_PROTOCOL"],
  ] as const) {
    standIn(before);
    const state = await readRemote(remote);
    assert.deepEqual([...state.heads.keys()], ["main"], before);
    const mirror = await openMirror({ root: join(folder, "mirrors"), id, remote });
    await fetchMirror(mirror);
    assert.match(readFileSync(join(mirror.gitDir, "config"), "utf8"), /url = ssh:\/\/ada@git\.example\.org:2222\//);
  }
});

test("ssh is called with the checked address, the operator's key and the host's name as known_hosts has it", async () => {
  const words = [
    "-F /dev/null",
    "-o HostName=192.0.43.8",
    "-o HostKeyAlias=[git.example.org]:2222",
    "-o IdentityFile=/keys/id",
  ];
  words.push("-o UserKnownHostsFile=/keys/known_hosts", "-o StrictHostKeyChecking=yes", "-p 2222 ada@git.example.org");
  standIn("", words);
  assert.equal((await readRemote(remote)).heads.size, 1);
  standIn("", [...words, "-o HostName=192.0.43.9"]);
  await assert.rejects(readRemote(remote), (error: unknown) => isTidemarkError(error, "access-denied"));
});
