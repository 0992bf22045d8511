// Tests of the key for SSH: its files are there, are what they should be, and nobody else may read the key.
import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readConfig } from "./config.ts";
import { openSshAccess } from "./ssh-access.ts";

const folder = await mkdtemp(join(tmpdir(), "tidemark-ssh-"));
after(() => rm(folder, { recursive: true, force: true }));
const keyFile = join(folder, "id");
const knownHosts = join(folder, "known_hosts");
/** The first line of a key is what makes it one; ssh reads the rest. */
const KEY = ["-----BEGIN OPENSSH", "PRIVATE KEY-----\nnot one\n"].join(" ");

test("openSshAccess() takes a private key that only this account may read, and known hosts", async () => {
  assert.equal(await openSshAccess(null), null);
  const access = { keyFile, knownHosts };
  await assert.rejects(openSshAccess(access), /"TIDEMARK_SSH_KEY_FILE": found no file/);
  await writeFile(keyFile, "ssh-ed25519 AAAA ada@host\n", { mode: 0o600 });
  await assert.rejects(openSshAccess(access), /found no private key in it, wanted the private key, not the \.pub/);
  await writeFile(keyFile, KEY);
  await assert.rejects(openSshAccess(access), /"TIDEMARK_SSH_KNOWN_HOSTS": found nothing in/);
  await writeFile(knownHosts, "host ssh-ed25519 AAAA\n");
  assert.deepEqual(await openSshAccess(access), access);
  await chmod(keyFile, 0o640);
  await assert.rejects(openSshAccess(access), /others may read it \(mode 640\), wanted mode 600/);
});

test("openSshAccess() refuses paths that a shell or ssh would take apart", async () => {
  for (const path of ["/a b/id", "/a'/id", "/a$(id)/id", "/a%h/id", "/a\n/id", "relative/id"]) {
    await assert.rejects(openSshAccess({ keyFile: path, knownHosts }), /found ".*", wanted a path of letters/s, path);
  }
});

test("readConfig() looks for known_hosts beside the key, and takes no known_hosts without one", () => {
  const ssh = (env: Record<string, string>) => readConfig(env, "/here").ssh;
  assert.equal(ssh({}), null);
  assert.deepEqual(ssh({ TIDEMARK_SSH_KEY_FILE: "keys/id" }), {
    keyFile: "/here/keys/id",
    knownHosts: "/here/keys/known_hosts",
  });
  const both = { TIDEMARK_SSH_KEY_FILE: "/k/id", TIDEMARK_SSH_KNOWN_HOSTS: "/other" };
  assert.deepEqual(ssh(both), { keyFile: "/k/id", knownHosts: "/other" });
  assert.throws(() => ssh({ TIDEMARK_SSH_KNOWN_HOSTS: "/other" }), /found no TIDEMARK_SSH_KEY_FILE beside it/);
});
