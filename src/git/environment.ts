// The environment and settings of every git process: built from nothing, so that no setting of the machine, the person
// or the repository can make git run something, write something or ask somebody.
import { sshCommand } from "./ssh-command.ts";
import type { GitProgram } from "./program.ts";
import type { GitRepository } from "./repository.ts";
import type { CheckedRemote } from "../outbound.ts";
import type { Secret } from "../secrets.ts";

/** A folder that does not exist: git finds no settings of a person there. */
const NOWHERE = "/nonexistent";

/** What one process may do. */
export interface GitAccess {
  /** null for a command that needs none (`ls-remote`, `init`) */
  readonly repository: Pick<GitRepository, "gitDir"> | null;
  /** where git itself looks for the repository that holds this folder */
  readonly discoverIn?: string | undefined;
  /** the one remote it may talk to; null: no network at all */
  readonly network: CheckedRemote | null;
  readonly authorization: Secret | null;
  /** writes what is said between client and server to standard error: the only way to learn what a server can do */
  readonly tracePackets?: boolean | undefined;
}

/** @returns the whole environment of a git process (reference/git.md, section 2) */
export function gitEnvironment(program: GitProgram, access: GitAccess): Record<string, string> {
  const environment: Record<string, string> = {
    PATH: program.path,
    HOME: NOWHERE,
    XDG_CONFIG_HOME: NOWHERE,
    LC_ALL: "C",
    TZ: "UTC",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "/bin/false",
    SSH_ASKPASS: "/bin/false",
    GIT_ALLOW_PROTOCOL: access.network?.scheme ?? "none",
    GIT_PROTOCOL_FROM_USER: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_GRAFT_FILE: `${NOWHERE}/grafts`,
    // Also for `fetch`, which is asked for what it shall bring: from a shallow server it would start itself without end.
    GIT_NO_LAZY_FETCH: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_FLUSH: "0", // not one write for each commit: we read in large pieces
    GIT_LITERAL_PATHSPECS: "1",
    GIT_CEILING_DIRECTORIES: "/",
    GIT_INDEX_FILE: `${NOWHERE}/index`,
  };
  if (access.repository === null && access.discoverIn === undefined) environment["GIT_DIR"] = NOWHERE;
  if (access.tracePackets) environment["GIT_TRACE_PACKET"] = "1";
  if (access.network?.ssh) {
    environment["GIT_SSH_COMMAND"] = sshCommand(access.network, access.network.ssh);
    environment["GIT_SSH_VARIANT"] = "ssh";
  }
  if (access.network && access.authorization && !access.network.ssh) {
    environment["GIT_CONFIG_COUNT"] = "1";
    environment["GIT_CONFIG_KEY_0"] = `http.${access.network.origin}/.extraHeader`;
    environment["GIT_CONFIG_VALUE_0"] = `Authorization: ${access.authorization.reveal()}`;
  }
  return environment;
}

/** Settings of every process. */
const COMMON_SETTINGS = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.bigFileThreshold=1m",
  "core.attributesFile=/dev/null",
  "log.showSignature=false", // would run a repository's gpg.program
  "log.showRoot=true",
  "i18n.logOutputEncoding=UTF-8",
  "gc.auto=0",
  "maintenance.auto=false",
  "pack.threads=1",
  "safe.bareRepository=explicit",
];

/** Settings of the processes that talk to a remote. */
const NETWORK_SETTINGS = [
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
];

/** @returns the arguments before the command: `--git-dir` and the settings */
export function gitTemplate(access: GitAccess): string[] {
  const args = ["--no-pager"];
  if (access.repository) args.push(`--git-dir=${access.repository.gitDir}`);
  for (const setting of COMMON_SETTINGS) args.push("-c", setting);
  // Reading one's own folder must work whoever owns it: nothing of its settings is run (see above).
  if (access.discoverIn) args.push("-C", access.discoverIn, "-c", "safe.directory=*", "-c", "safe.bareRepository=all");
  if (access.network) {
    for (const setting of NETWORK_SETTINGS) args.push("-c", setting);
    const pin = pinnedAddress(access.network);
    if (pin) args.push("-c", `http.curloptResolve=${pin}`);
  }
  return args;
}

/** curl's own form, `host:port:address,address`; null when the host is an address itself, which nobody resolves. */
function pinnedAddress({ host, port, addresses, ssh }: CheckedRemote): string | null {
  if (ssh !== undefined || addresses.length === 0 || addresses.includes(host)) return null;
  return `${host}:${port}:${addresses.map((address) => (address.includes(":") ? `[${address}]` : address)).join(",")}`;
}

/** Memory that a git process may fill, in bytes. Not address space: packs are mapped, and a legal one may be larger. */
const MAX_DATA_BYTES = 1024 * 1024 * 1024;
/** CPU seconds of one process: what 15 minutes on both cores of a small machine can use. */
const MAX_CPU_SECONDS = 1_800;

/**
 * The command before git: limits where the system has a program for them, and death together with this process for the
 * commands that write (a killed server must not leave a fetch behind that holds the mirror's locks).
 * @param fileBytes the largest file it may write; 0 for a command that writes nothing
 */
export function gitCommand(program: GitProgram, fileBytes: number): string[] {
  const command: string[] = [];
  if (program.setpriv && fileBytes > 0) command.push(program.setpriv, "--pdeathsig", "KILL");
  if (program.prlimit) {
    command.push(program.prlimit, `--data=${MAX_DATA_BYTES}`, `--fsize=${fileBytes}`, `--cpu=${MAX_CPU_SECONDS}`);
    command.push("--core=0");
  }
  return [...command, program.git];
}
