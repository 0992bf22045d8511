// Where the archive lies, as the settings name it: a folder, or a bucket of S3 or of what speaks like it.
import { isAbsolute, parse, resolve } from "node:path";
import { Secret } from "./secrets.ts";
import { badSetting, type Environment, parseSwitch } from "./setting.ts";

/** A folder of this machine, or one that is mounted there. */
export interface FolderPlace {
  readonly kind: "folder";
  /** absolute */
  readonly folder: string;
}

/** A bucket, or a part of one. */
export interface S3Place {
  readonly kind: "s3";
  readonly bucket: string;
  /** what all keys begin with: segments with slashes between them, none at the ends; empty: the whole bucket */
  readonly prefix: string;
  /** null: Amazon's own, by its region */
  readonly endpoint: string | null;
  /** null: by the SDK's usual chain */
  readonly region: string | null;
  /** the bucket in the path, not in the host's name */
  readonly pathStyle: boolean;
  /** null: by the SDK's usual chain */
  readonly keys: { readonly accessKey: Secret; readonly secretKey: Secret } | null;
}

/** Where the archive's objects are kept. */
export type ArchivePlace = FolderPlace | S3Place;

const NAME = "TIDEMARK_ARCHIVE";
const ENDPOINT = "TIDEMARK_ARCHIVE_S3_ENDPOINT";
const REGION = "TIDEMARK_ARCHIVE_S3_REGION";
const PATH_STYLE = "TIDEMARK_ARCHIVE_S3_PATH_STYLE";
const ACCESS_KEY = "TIDEMARK_ARCHIVE_S3_ACCESS_KEY";
const SECRET_KEY = "TIDEMARK_ARCHIVE_S3_SECRET_KEY";
const OF_S3 = [ENDPOINT, REGION, PATH_STYLE, ACCESS_KEY, SECRET_KEY];
const WANTED = 'the whole path of a folder, such as "/srv/tidemark-archive", or "s3://bucket/prefix"';
/** Keys of S3 have 1,024 bytes; ours take 70 of them. */
const MAX_PREFIX = 512;

/**
 * Reads where the archive lies.
 * @returns null when nothing is set
 * @throws TidemarkError `bad-setting`, which repeats nothing that could be a secret
 */
export function parseArchivePlace(env: Environment): ArchivePlace | null {
  const text = env[NAME] ?? "";
  if (/^s3:/i.test(text)) return parseS3(text, env);
  const alone = OF_S3.find((name) => env[name]);
  if (alone !== undefined) throw badSetting(alone, `no ${NAME} in S3 beside it`, `${NAME}=s3://bucket/prefix too`);
  if (text === "") return null;
  const found = text.includes("@") ? "neither of them" : JSON.stringify(text);
  if (!isAbsolute(text) || text.includes("\0")) throw badSetting(NAME, found, WANTED);
  const folder = resolve(text);
  if (folder === parse(folder).root) throw badSetting(NAME, found, `a folder of its own: ${WANTED}`);
  return { kind: "folder", folder };
}

function parseS3(text: string, env: Environment): S3Place {
  const [, bucket = "", rest = ""] = /^s3:\/\/([^/]*)(.*)$/i.exec(text) ?? [];
  // what stands where a login could is not repeated
  const bad = (wanted: string) => badSetting(NAME, text.includes("@") ? "a login" : JSON.stringify(text), wanted);
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw bad('"s3://bucket/prefix", with a bucket of 3 to 63 small letters, digits, dots and dashes');
  }
  const inner = rest.split("/");
  while (inner[0] === "") inner.shift();
  while (inner.at(-1) === "") inner.pop();
  const prefix = inner.join("/");
  const isPlain = prefix.split("/").every((segment) => /^[\w.=-]+$/.test(segment) && !/^\.+$/.test(segment));
  if (prefix !== "" && (!isPlain || prefix.length > MAX_PREFIX)) {
    throw bad(
      `"s3://bucket/prefix", with a prefix of at most ${MAX_PREFIX} letters, digits and . _ = - between slashes`,
    );
  }
  const endpoint = parseEndpoint(env[ENDPOINT]);
  return {
    kind: "s3",
    bucket,
    prefix,
    endpoint,
    region: parseRegion(env[REGION], endpoint),
    // of servers of one's own hardly any knows its buckets by the host's name
    pathStyle: env[PATH_STYLE] ? parseSwitch(PATH_STYLE, env[PATH_STYLE]) : endpoint !== null,
    keys: parseKeys(env[ACCESS_KEY], env[SECRET_KEY]),
  };
}

function parseEndpoint(text: string | undefined): string | null {
  if (text === undefined || text === "") return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || text.includes("@") || url.search !== "" || url.hash !== "") {
    // what holds a login is not repeated
    const found = text.includes("@") ? "no such address" : JSON.stringify(text);
    throw badSetting(ENDPOINT, found, 'the address of a server, such as "https://s3.example.org:9000"');
  }
  let end = url.href.length;
  while (url.href[end - 1] === "/") end -= 1;
  return url.href.slice(0, end);
}

/** A server of one's own mostly has no regions; what is signed names one all the same. */
function parseRegion(text: string | undefined, endpoint: string | null): string | null {
  if (text === undefined || text === "") return endpoint === null ? null : "us-east-1";
  if (/^[a-z0-9-]{1,63}$/.test(text)) return text;
  throw badSetting(REGION, JSON.stringify(text), 'a region such as "eu-central-1"');
}

function parseKeys(accessKey = "", secretKey = ""): S3Place["keys"] {
  if (accessKey === "" && secretKey === "") return null;
  const wanted = `both ${ACCESS_KEY} and ${SECRET_KEY}, or none of them`;
  if (accessKey === "") throw badSetting(SECRET_KEY, `no ${ACCESS_KEY} beside it`, wanted);
  if (secretKey === "") throw badSetting(ACCESS_KEY, `no ${SECRET_KEY} beside it`, wanted);
  for (const [name, text] of Object.entries({ [ACCESS_KEY]: accessKey, [SECRET_KEY]: secretKey })) {
    if (!/^[\x21-\x7e]{1,256}$/.test(text)) throw badSetting(name, "blanks or other characters", "the key alone");
  }
  return { accessKey: Secret.of(accessKey, ACCESS_KEY), secretKey: Secret.of(secretKey, SECRET_KEY) };
}
