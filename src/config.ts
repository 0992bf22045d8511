// The settings of this installation: read once from the environment by main.ts, then passed along.
import { isIP } from "node:net";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type ArchiveKeep, parseArchiveKeep } from "./archive-keep.ts";
import { type EngineChoice, parseArchiveEngine } from "./archive-engine.ts";
import { type ArchivePlace, parseArchivePlace } from "./archive-place.ts";
import { Secret } from "./secrets.ts";
import { badSetting, type Environment, parseSwitch } from "./setting.ts";

/** Where the server listens unless told otherwise. */
export const DEFAULT_PORT = 4600;

/** Each of them holds a connection to Postgres, and one process keeps no more cores busy. */
const MAX_WORKERS = 64;

/** A host or network that may be reached although the rules for outgoing traffic would refuse it. */
export interface EgressEntry {
  /** an exact host name or a CIDR block */
  readonly target: string;
  readonly ports: readonly number[];
}

/** All settings. Texts with a password are secrets. */
export interface Config {
  /** everything Tidemark keeps: Postgres' files, mirrors, keys */
  readonly dataFolder: string;
  readonly databaseUrl: Secret | null;
  readonly webDatabaseUrl: Secret | null;
  readonly workerDatabaseUrl: Secret | null;
  /** standbys of the database that answer reads, by the names that an operator gave them */
  readonly replicas: readonly { readonly id: string; readonly url: Secret }[];
  /** standbys of the embedded Postgres that are started beside it */
  readonly standbys: number;
  readonly port: number;
  /** the origin that people use, when it is not http://127.0.0.1:<port> */
  readonly publicUrl: string | null;
  /** whether repositories may be fetched by http:// */
  readonly allowHttp: boolean;
  readonly egressAllow: readonly EgressEntry[];
  /** networks that are never reached, as CIDR blocks or single addresses */
  readonly egressDeny: readonly string[];
  /** the keys that seal secrets, as seal-keys.ts reads them; null: of a file */
  readonly sealKeys: Secret | null;
  /** the file that holds them; null: the one in the data folder, made at the first start */
  readonly sealKeyFile: string | null;
  /** the key for Git over SSH and the hosts' keys; null: no addresses for SSH */
  readonly ssh: { readonly keyFile: string; readonly knownHosts: string } | null;
  /** most bytes of one repository's mirror; null: the usual */
  readonly mirrorQuotaBytes: number | null;
  /** repositories in work at a time; null: the usual */
  readonly workers: number | null;
  /** seconds between two looks at a repository's refs, without a webhook that works; 0: none; null: the usual */
  readonly pollSeconds: number | null;
  /** most bytes of the pages that a process keeps; 0: none; null: the usual */
  readonly pageCacheBytes: number | null;
  /** where `/metrics` and `/readyz` are answered beside the server; null: there, while it is local */
  readonly metrics: { readonly host: string; readonly port: number } | null;
  /** where old commits are kept outside the database; null: nowhere */
  readonly archive: ArchivePlace | null;
  /** which engine answers questions over it */
  readonly archiveEngine: EngineChoice;
  /** most bytes of the copies of its objects on this machine's disk; null: the usual */
  readonly archiveCacheBytes: number | null;
  /** what stays in the database all the same */
  readonly archiveKeep: ArchiveKeep;
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
}

/** Refs are looked at once a day at least: what is rarer is no polling. */
const MAX_POLL_SECONDS = 86_400;

const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

/**
 * Where data is kept when nobody says: /var/lib for root, whose home other accounts cannot enter (Postgres refuses to
 * run as root); else the user's data home.
 */
function defaultDataFolder(env: Environment): string {
  if (process.getuid?.() === 0) return "/var/lib/tidemark";
  if (process.platform === "darwin") return join(homedir(), "Library", "Application Support", "Tidemark");
  if (process.platform === "win32") return join(env["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local"), "Tidemark");
  return join(env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "tidemark");
}

/** @throws TidemarkError `bad-setting` when `text` is no port from 0 (any free one) to 65535 */
export function parsePort(name: string, text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw badSetting(name, JSON.stringify(text), "a port from 0 to 65535");
  return port;
}

function parseEgress(text: string | undefined): EgressEntry[] {
  return (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => {
      const [, host = "", ports = ""] = /^(.+?):(\d{1,5}(?:\+\d{1,5})*)$/.exec(part) ?? [];
      const target = host.replace(/^\[|\]$/g, "");
      if (!isEgressTarget(target)) {
        throw badSetting(
          "TIDEMARK_EGRESS_ALLOW",
          JSON.stringify(part),
          "hosts or networks with their ports: git.example.org:443,10.0.0.0/8:443+8443",
        );
      }
      return { target, ports: ports.split("+").map((port) => parsePort("TIDEMARK_EGRESS_ALLOW", port)) };
    });
}

function parseEgressDeny(text: string | undefined): string[] {
  const targets = (text ?? "").split(",").map((part) => part.trim());
  return targets
    .filter((part) => part !== "")
    .map((part) => {
      // a name is no network: it could be given another address at any time
      if (isEgressTarget(part) && isIP(part.split("/")[0] ?? "") !== 0) return part;
      throw badSetting(
        "TIDEMARK_EGRESS_DENY",
        JSON.stringify(part),
        "networks or addresses: 2001:db8:64::/96,203.0.113.7",
      );
    });
}

/** Whether a text is an address, a network or a host's name: a slip of the pen must not silently allow nothing. */
function isEgressTarget(text: string): boolean {
  const [address = "", bits, ...more] = text.split("/");
  if (bits === undefined) return isIP(text) !== 0 || /^(?!-)[a-z0-9._-]+$/i.test(text);
  return (
    more.length === 0 && isIP(address) !== 0 && /^\d+$/.test(bits) && Number(bits) <= (isIP(address) === 4 ? 32 : 128)
  );
}

const UNITS: Readonly<Record<string, number>> = { MIB: 1024 ** 2, GIB: 1024 ** 3, TIB: 1024 ** 4 };

/**
 * @param zero whether "0" is a size
 * @returns bytes, or null when nothing is set
 */
function parseSize(name: string, text: string | undefined, zero = false): number | null {
  if (text === undefined || text === "") return null;
  if (zero && text === "0") return 0;
  const [, number = "", unit = ""] = /^(\d{1,6}) ?([MGT]iB)$/i.exec(text) ?? [];
  const bytes = Number(number) * (UNITS[unit.toUpperCase()] ?? 0);
  if (bytes > 0) return bytes;
  throw badSetting(name, JSON.stringify(text), `a size such as "500MiB" or "2GiB"${zero ? ", or 0 for none" : ""}`);
}

/** @returns where to listen: a port of loopback, or of an address of this machine */
function parsePlace(name: string, text: string | undefined): Config["metrics"] {
  if (text === undefined || text === "") return null;
  const [, host = "127.0.0.1", port = ""] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  const address = host.replace(/^\[|\]$/g, "");
  if (port !== "" && isIP(address) !== 0) return { host: address, port: parsePort(name, port) };
  throw badSetting(
    name,
    JSON.stringify(text),
    'a port, or an address of this machine with one, such as "10.0.0.5:9464"',
  );
}

/** @returns null when nothing is set. @throws TidemarkError `bad-setting` when `text` is no number from 1 to 64 */
export function parseWorkers(name: string, text: string | undefined): number | null {
  if (text === undefined || text === "") return null;
  if (/^[1-9]\d?$/.test(text) && Number(text) <= MAX_WORKERS) return Number(text);
  throw badSetting(name, JSON.stringify(text), `a number from 1 to ${MAX_WORKERS}`);
}

/** @returns seconds, 0 for never, or null when nothing is set */
function parsePollSeconds(name: string, text: string | undefined): number | null {
  if (text === undefined || text === "") return null;
  if (/^\d{1,5}$/.test(text) && Number(text) <= MAX_POLL_SECONDS) return Number(text);
  throw badSetting(name, JSON.stringify(text), `seconds from 1 to ${MAX_POLL_SECONDS}, or 0 for never`);
}

function parseDatabaseUrl(name: string, text: string | undefined): Secret | null {
  if (text === undefined || text === "") return null;
  // a socket is written with an empty host, which the URL parser refuses behind user info
  if (!/^postgres(ql)?:/.test(text) || !URL.canParse(text.replace("@/", "@localhost/"))) {
    // the text may hold a password: it is never repeated
    throw badSetting(name, "no Postgres address", '"postgres://user:password@host:5432/database"');
  }
  return Secret.of(text, name);
}

/** Each standby has all the data once more, and is a server that wants memory. */
const MAX_STANDBYS = 8;

/** @throws TidemarkError `bad-setting` when `text` is no number of standbys */
export function parseStandbys(name: string, text: string): number {
  if (/^\d$/.test(text) && Number(text) <= MAX_STANDBYS) return Number(text);
  throw badSetting(name, JSON.stringify(text), `a number from 0 to ${MAX_STANDBYS}`);
}

/** Reads `name=address,name=address`. The names, not the addresses, say which repositories each one has. */
function parseReplicas(text: string | undefined): Config["replicas"] {
  const name = "TIDEMARK_REPLICAS";
  const parts = (text ?? "").split(",").map((part) => part.trim());
  const replicas = parts
    .filter((part) => part !== "")
    .map((part, place) => {
      const [, id = "", address = ""] = /^([a-z][a-z0-9-]{0,30})=(.+)$/.exec(part) ?? [];
      // an address may hold a password: it is never repeated
      const wanted =
        "a name of small letters, digits and dashes before each address: oslo=postgres://…,rome=postgres://…";
      if (id === "") throw badSetting(name, `no name before address ${place + 1}`, wanted);
      const url = parseDatabaseUrl(name, address);
      return url === null ? [] : [{ id, url }];
    })
    .flat();
  const twice = replicas.find(({ id }, place) => replicas.findIndex((other) => other.id === id) < place);
  if (twice !== undefined) throw badSetting(name, `${JSON.stringify(twice.id)} twice`, "another name for each");
  return replicas;
}

/** The three addresses. A role's own without the owner's would be left aside silently, so it is refused. */
function parseDatabaseUrls(
  env: Environment,
): Pick<Config, "databaseUrl" | "webDatabaseUrl" | "workerDatabaseUrl" | "replicas"> {
  const of = (name: string): Secret | null => parseDatabaseUrl(name, env[name]);
  const urls = {
    databaseUrl: of("DATABASE_URL"),
    webDatabaseUrl: of("TIDEMARK_WEB_DATABASE_URL"),
    workerDatabaseUrl: of("TIDEMARK_WORKER_DATABASE_URL"),
    replicas: parseReplicas(env["TIDEMARK_REPLICAS"]),
  };
  const alone = (urls.webDatabaseUrl ?? urls.workerDatabaseUrl ?? urls.replicas[0]?.url)?.name;
  if (urls.databaseUrl === null && alone != null)
    throw badSetting(alone, "no DATABASE_URL beside it", "the owner's address in DATABASE_URL too, or none of them");
  return urls;
}

function parsePublicUrl(text: string | undefined): string | null {
  if (text === undefined || text === "") return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`) {
    // what holds a login is not repeated
    const found = text.includes("@") ? "no origin" : JSON.stringify(text);
    throw badSetting("TIDEMARK_URL", found, 'an origin such as "https://tidemark.example.org"');
  }
  return url.origin;
}

/** known_hosts lies beside the key unless a setting says where. */
function parseSsh(env: Environment, cwd: string): Config["ssh"] {
  const [key, hosts] = [env["TIDEMARK_SSH_KEY_FILE"], env["TIDEMARK_SSH_KNOWN_HOSTS"]];
  if (!key) {
    if (!hosts) return null;
    throw badSetting("TIDEMARK_SSH_KNOWN_HOSTS", "no TIDEMARK_SSH_KEY_FILE beside it", "both, or none of them");
  }
  const keyFile = resolve(cwd, key);
  return { keyFile, knownHosts: hosts ? resolve(cwd, hosts) : join(dirname(keyFile), "known_hosts") };
}

/**
 * Reads the settings.
 * @throws TidemarkError `bad-setting`, naming the setting
 */
export function readConfig(env: Environment, cwd: string): Config {
  const level = env["TIDEMARK_LOG_LEVEL"] ?? "info";
  const logLevel = LOG_LEVELS.find((known) => known === level);
  if (logLevel === undefined)
    throw badSetting("TIDEMARK_LOG_LEVEL", JSON.stringify(level), `one of ${LOG_LEVELS.join(", ")}`);
  const port = env["TIDEMARK_PORT"];
  const archive = parseArchivePlace(env);
  return {
    dataFolder: resolve(cwd, env["TIDEMARK_DATA"] || defaultDataFolder(env)),
    ...parseDatabaseUrls(env),
    standbys: 0,
    port: port === undefined || port === "" ? DEFAULT_PORT : parsePort("TIDEMARK_PORT", port),
    publicUrl: parsePublicUrl(env["TIDEMARK_URL"]),
    allowHttp: parseSwitch("TIDEMARK_ALLOW_HTTP", env["TIDEMARK_ALLOW_HTTP"]),
    egressAllow: parseEgress(env["TIDEMARK_EGRESS_ALLOW"]),
    egressDeny: parseEgressDeny(env["TIDEMARK_EGRESS_DENY"]),
    sealKeys: env["TIDEMARK_KEY"] ? Secret.of(env["TIDEMARK_KEY"], "TIDEMARK_KEY") : null,
    ssh: parseSsh(env, cwd),
    sealKeyFile: env["TIDEMARK_KEY_FILE"] ? resolve(cwd, env["TIDEMARK_KEY_FILE"]) : null,
    mirrorQuotaBytes: parseSize("TIDEMARK_MIRROR_QUOTA", env["TIDEMARK_MIRROR_QUOTA"]),
    workers: parseWorkers("TIDEMARK_WORKERS", env["TIDEMARK_WORKERS"]),
    pollSeconds: parsePollSeconds("TIDEMARK_POLL_SECONDS", env["TIDEMARK_POLL_SECONDS"]),
    pageCacheBytes: parseSize("TIDEMARK_PAGE_CACHE", env["TIDEMARK_PAGE_CACHE"], true),
    metrics: parsePlace("TIDEMARK_METRICS", env["TIDEMARK_METRICS"]),
    archive,
    archiveEngine: parseArchiveEngine(env, archive),
    archiveCacheBytes: parseSize("TIDEMARK_ARCHIVE_CACHE", env["TIDEMARK_ARCHIVE_CACHE"]),
    archiveKeep: parseArchiveKeep(env),
    logLevel,
  };
}
