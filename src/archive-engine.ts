// Which engine answers questions over the archive's objects, as the settings name it, and what it needs.
import type { ArchivePlace } from "./archive-place.ts";
import { Secret } from "./secrets.ts";
import { badSetting, type Environment } from "./setting.ts";

/** DuckDB in each process that asks. */
export interface DuckDBChoice {
  readonly kind: "duckdb";
}

/** A Trino server. */
export interface TrinoChoice {
  readonly kind: "trino";
  /** an origin */
  readonly url: string;
  readonly user: string;
  readonly password: Secret | null;
  readonly catalog: string;
  readonly schema: string;
  /** what Trino calls the place of the archive, with a slash at its end; null: as we do */
  readonly location: string | null;
}

/** Amazon's Athena. */
export interface AthenaChoice {
  readonly kind: "athena";
  readonly workgroup: string;
  /** s3://bucket/prefix/ for results; null: the workgroup's own */
  readonly output: string | null;
  /** null: by the SDK's usual chain */
  readonly region: string | null;
  readonly database: string;
}

/** The engine that is used. */
export type EngineChoice = DuckDBChoice | TrinoChoice | AthenaChoice;

const NAME = "TIDEMARK_ARCHIVE_ENGINE";
const KINDS = ["duckdb", "trino", "athena"] as const;
const TRINO = ["URL", "USER", "PASSWORD", "CATALOG", "SCHEMA", "LOCATION"].map((part) => `TIDEMARK_TRINO_${part}`);
const ATHENA = ["WORKGROUP", "OUTPUT", "REGION", "DATABASE"].map((part) => `TIDEMARK_ATHENA_${part}`);

/**
 * Reads which engine is used: DuckDB unless another one is named.
 * @param place of the archive
 * @throws TidemarkError `bad-setting`, which repeats nothing that could be a secret
 */
export function parseArchiveEngine(env: Environment, place: ArchivePlace | null): EngineChoice {
  const text = env[NAME] || "duckdb";
  const kind = KINDS.find((known) => known === text);
  if (kind === undefined) throw badSetting(NAME, JSON.stringify(text), `one of ${KINDS.join(", ")}`);
  refuseOthers(env, kind, place);
  if (kind === "trino") return parseTrino(env);
  return kind === "athena" ? parseAthena(env, place) : { kind };
}

/** A setting of an engine that is not used is a slip: somebody believes that it is. */
function refuseOthers(env: Environment, kind: EngineChoice["kind"], place: ArchivePlace | null): void {
  for (const [other, names] of [["trino", TRINO] as const, ["athena", ATHENA] as const]) {
    const set = names.find((name) => env[name]);
    if (set !== undefined && other !== kind)
      throw badSetting(set, `no ${NAME}=${other} beside it`, "both, or none of them");
  }
  if (place === null && env[NAME]) throw badSetting(NAME, "no TIDEMARK_ARCHIVE beside it", "both, or none of them");
}

function parseTrino(env: Environment): TrinoChoice {
  const url = parseUrl(env["TIDEMARK_TRINO_URL"]);
  const password = env["TIDEMARK_TRINO_PASSWORD"];
  if (password && url.startsWith("http:")) {
    throw badSetting(
      "TIDEMARK_TRINO_PASSWORD",
      "an address without https",
      "https in TIDEMARK_TRINO_URL: anybody on the way could read it",
    );
  }
  return {
    kind: "trino",
    url,
    user: parseName(env, "TIDEMARK_TRINO_USER", "tidemark"),
    password: password ? Secret.of(password, "TIDEMARK_TRINO_PASSWORD") : null,
    catalog: parseName(env, "TIDEMARK_TRINO_CATALOG", "hive"),
    schema: parseName(env, "TIDEMARK_TRINO_SCHEMA", "tidemark"),
    location: parseLocation(env["TIDEMARK_TRINO_LOCATION"]),
  };
}

function parseUrl(text: string | undefined): string {
  const name = "TIDEMARK_TRINO_URL";
  const wanted = 'the address of a Trino server, such as "https://trino.example.org:8443"';
  if (text === undefined || text === "") throw badSetting(name, "nothing", wanted);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`) {
    // what holds a login is not repeated
    throw badSetting(name, text.includes("@") ? "a login" : JSON.stringify(text), wanted);
  }
  return url.origin;
}

/** Names stand in headers and as names of SQL. */
function parseName(env: Environment, name: string, usual: string | null): string {
  const text = env[name] || usual;
  if (text !== null && /^[\w.-]{1,128}$/.test(text)) return text;
  const found = text === null ? "nothing" : JSON.stringify(text);
  throw badSetting(name, found, "a name of letters, digits and . _ -");
}

function parseLocation(text: string | undefined): string | null {
  if (text === undefined || text === "") return null;
  if (/^[a-z0-9]+:\/\/\/?[\w.=/-]{0,500}$/.test(text)) return text.endsWith("/") ? text : `${text}/`;
  const found = text.includes("@") ? "no such place" : JSON.stringify(text);
  throw badSetting("TIDEMARK_TRINO_LOCATION", found, 'a place such as "s3a://bucket/prefix" or "local:///"');
}

function parseAthena(env: Environment, place: ArchivePlace | null): AthenaChoice {
  if (place?.kind !== "s3")
    throw badSetting(NAME, "an archive that is not in S3", "TIDEMARK_ARCHIVE=s3://bucket/prefix for athena");
  if (place.endpoint !== null) {
    throw badSetting(
      NAME,
      "TIDEMARK_ARCHIVE_S3_ENDPOINT beside it",
      "an archive in Amazon's own S3: Athena reads no other",
    );
  }
  const output = env["TIDEMARK_ATHENA_OUTPUT"] || null;
  if (output !== null && !/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/[\w.=/-]{0,500})?$/.test(output)) {
    const found = output.includes("@") ? "no such place" : JSON.stringify(output);
    throw badSetting("TIDEMARK_ATHENA_OUTPUT", found, '"s3://bucket/prefix/" for results');
  }
  const region = env["TIDEMARK_ATHENA_REGION"] || place.region;
  if (region !== null && !/^[a-z0-9-]{1,63}$/.test(region)) {
    throw badSetting("TIDEMARK_ATHENA_REGION", JSON.stringify(region), 'a region such as "eu-central-1"');
  }
  const workgroup = parseName(env, "TIDEMARK_ATHENA_WORKGROUP", null);
  return {
    kind: "athena",
    workgroup,
    output,
    region,
    database: parseName(env, "TIDEMARK_ATHENA_DATABASE", "tidemark"),
  };
}
