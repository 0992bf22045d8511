// Tests of the template: the exact environment, settings and limits of every kind of git process.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckedRemote } from "../outbound.ts";
import { Secret } from "../secrets.ts";
import { gitCommand, gitEnvironment, gitTemplate } from "./environment.ts";

const program = {
  git: "/opt/git",
  prlimit: "/usr/bin/prlimit",
  setpriv: "/usr/bin/setpriv",
  path: "/opt:/usr/bin:/bin",
};
const remote: CheckedRemote = {
  url: "https://host:8443/o/n",
  origin: "https://host:8443",
  scheme: "https",
  host: "host",
  port: 8443,
  address: "192.0.2.1",
  addresses: ["192.0.2.1", "2001:db8::1"],
};
const local = { repository: { gitDir: "/r/.git" }, network: null, authorization: null };
const fetching = { repository: { gitDir: "/m/1.git" }, network: remote, authorization: null };

/** Settings of a command line, in order. */
function settingsOf(args: readonly string[]): string[] {
  return args.filter((_, index) => args[index - 1] === "-c");
}

test("gitEnvironment() is the same for every process but for what it may reach", () => {
  const common = {
    PATH: "/opt:/usr/bin:/bin",
    HOME: "/nonexistent",
    XDG_CONFIG_HOME: "/nonexistent",
    LC_ALL: "C",
    TZ: "UTC",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "/bin/false",
    SSH_ASKPASS: "/bin/false",
    GIT_PROTOCOL_FROM_USER: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_GRAFT_FILE: "/nonexistent/grafts",
    GIT_NO_LAZY_FETCH: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_FLUSH: "0",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_CEILING_DIRECTORIES: "/",
    GIT_INDEX_FILE: "/nonexistent/index",
  };
  assert.deepEqual(gitEnvironment(program, local), { ...common, GIT_ALLOW_PROTOCOL: "none" });
  assert.deepEqual(gitEnvironment(program, fetching), { ...common, GIT_ALLOW_PROTOCOL: "https" });
  assert.equal(
    gitEnvironment(program, { ...fetching, network: { ...remote, scheme: "http" } })["GIT_ALLOW_PROTOCOL"],
    "http",
  );
  const alone = { repository: null, network: null, authorization: null };
  assert.deepEqual(gitEnvironment(program, alone), { ...common, GIT_ALLOW_PROTOCOL: "none", GIT_DIR: "/nonexistent" });
  assert.equal(gitEnvironment(program, { ...alone, discoverIn: "/r" })["GIT_DIR"], undefined);
});

test("gitEnvironment() holds a login for its origin only, and the command line none", () => {
  const access = { ...fetching, authorization: Secret.of("Basic abcdefgh") };
  const environment = gitEnvironment(program, access);
  assert.deepEqual(
    Object.entries(environment).filter(([name]) => name.startsWith("GIT_CONFIG_") && /COUNT|KEY|VALUE/.test(name)),
    [
      ["GIT_CONFIG_COUNT", "1"],
      ["GIT_CONFIG_KEY_0", "http.https://host:8443/.extraHeader"],
      ["GIT_CONFIG_VALUE_0", "Authorization: Basic abcdefgh"],
    ],
  );
  assert.ok(!gitTemplate(access).join(" ").includes("abcdefgh"));
  assert.equal(gitEnvironment(program, { ...access, network: null })["GIT_CONFIG_COUNT"], undefined);
});

test("gitEnvironment() lets ssh sign in with one key, at the address that was checked, with a host key that is known", () => {
  const ssh = { user: "git", keyFile: "/keys/id", knownHosts: "/keys/known_hosts" };
  const network: CheckedRemote = { ...remote, url: "ssh://git@host:2222/o/n", scheme: "ssh", port: 2222, ssh };
  const access = { ...fetching, network, authorization: Secret.of("Basic abcdefgh") };
  const environment = gitEnvironment(program, access);
  assert.equal(environment["GIT_ALLOW_PROTOCOL"], "ssh");
  assert.equal(environment["GIT_SSH_VARIANT"], "ssh");
  assert.equal(environment["GIT_CONFIG_COUNT"], undefined, "a token is nothing for ssh");
  const command = environment["GIT_SSH_COMMAND"] ?? "";
  assert.match(command, /^ssh -F \/dev\/null -a -x -T (?:-o '[^']+' ?)+$/);
  const settings = [...command.matchAll(/-o '([^']+)'/g)].map(([, setting]) => setting);
  for (const setting of [
    "BatchMode=yes",
    "StrictHostKeyChecking=yes",
    "GlobalKnownHostsFile=/dev/null",
    "IdentitiesOnly=yes",
    "IdentityAgent=none",
    "ProxyCommand=none",
    "PermitLocalCommand=no",
    "HostName=192.0.2.1",
    "HostKeyAlias=[host]:2222",
    "UserKnownHostsFile=/keys/known_hosts",
    "IdentityFile=/keys/id",
  ]) {
    assert.ok(settings.includes(setting), setting);
  }
  assert.match(
    gitEnvironment(program, { ...access, network: { ...network, port: 22 } })["GIT_SSH_COMMAND"] ?? "",
    /'HostKeyAlias=host'/,
  );
  assert.ok(!gitTemplate(access).some((word) => word.includes("curloptResolve")));
  assert.equal(gitEnvironment(program, fetching)["GIT_SSH_COMMAND"], undefined);
});

test("gitTemplate() sets what keeps git from running, writing and asking anything", () => {
  const common = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.bigFileThreshold=1m",
    "core.attributesFile=/dev/null",
    "log.showSignature=false",
    "log.showRoot=true",
    "i18n.logOutputEncoding=UTF-8",
    "gc.auto=0",
    "maintenance.auto=false",
    "pack.threads=1",
    "safe.bareRepository=explicit",
  ];
  assert.deepEqual(settingsOf(gitTemplate(local)), common);
  assert.ok(gitTemplate(local).includes("--git-dir=/r/.git"));
  assert.deepEqual(settingsOf(gitTemplate(fetching)), [
    ...common,
    "credential.helper=",
    "credential.interactive=false",
    "http.followRedirects=false",
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=30",
    "http.proxy=",
    "protocol.version=2",
    "transfer.bundleURI=false",
    "transfer.credentialsInUrl=die",
    "fetch.fsckObjects=true",
    "fetch.fsck.badTimezone=ignore",
    "fetch.fsck.missingSpaceBeforeDate=ignore",
    "fetch.fsck.zeroPaddedFilemode=ignore",
    "fetch.recurseSubmodules=no",
    "fetch.writeCommitGraph=false",
    "fetch.unpackLimit=1",
    "fetch.uriProtocols=",
    "http.curloptResolve=host:8443:192.0.2.1,[2001:db8::1]",
  ]);
});

test("gitTemplate() pins nothing where the host is an address itself", () => {
  const literal = { ...remote, host: "2001:db8::1", addresses: ["2001:db8::1"] };
  assert.ok(!gitTemplate({ ...fetching, network: literal }).some((arg) => arg.includes("curloptResolve")));
});

test("gitTemplate() finds a repository from a folder inside it, whoever owns it", () => {
  const args = gitTemplate({ repository: null, network: null, authorization: null, discoverIn: "/r/sub" });
  assert.deepEqual(args.slice(-6), ["-C", "/r/sub", "-c", "safe.directory=*", "-c", "safe.bareRepository=all"]);
});

test("gitCommand() limits memory, file size and time, and lets what writes die with us", () => {
  const limits = ["--data=1073741824", "--fsize=0", "--cpu=1800", "--core=0"];
  assert.deepEqual(gitCommand(program, 0), ["/usr/bin/prlimit", ...limits, "/opt/git"]);
  assert.deepEqual(gitCommand(program, 5).slice(0, 4), ["/usr/bin/setpriv", "--pdeathsig", "KILL", "/usr/bin/prlimit"]);
  assert.deepEqual(gitCommand({ ...program, prlimit: null, setpriv: null }, 5), ["/opt/git"]);
});
