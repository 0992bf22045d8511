// Secrets: a wrapper that never prints what it holds, and our own tokens with their checksum.
import { createHash, randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { crc32 } from "node:zlib";
import { hideInLogs } from "./log.ts";

/** A text that must not be seen: printing, JSON and inspection give "[secret]". Logs hide it from now on. */
export class Secret {
  /** what people call it, for messages: the setting that it came from; null where it came from none */
  readonly name: string | null;
  readonly #text: string;

  private constructor(text: string, name: string | null) {
    this.#text = text;
    this.name = name;
  }

  /** Wraps `text` and registers it with the log's fence, for good what came from a setting. */
  static of(text: string, name: string | null = null): Secret {
    hideInLogs(text, { forGood: name !== null });
    return new Secret(text, name);
  }

  /** As `of()`, for what this process has as long as it runs. */
  static kept(text: string): Secret {
    hideInLogs(text, { forGood: true });
    return new Secret(text, null);
  }

  /** @returns the text itself. Called only where it leaves for its destination. */
  reveal(): string {
    return this.#text;
  }

  /** @returns its text without blanks at both ends, wrapped again */
  trim(): Secret {
    return Secret.of(this.#text.trim(), this.name);
  }

  /** its length in characters */
  get length(): number {
    return this.#text.length;
  }

  /** @returns whether a pattern is found in it */
  has(pattern: RegExp): boolean {
    return pattern.test(this.#text);
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [inspect.custom](): string {
    return "[secret]";
  }
}

/** What a token is for: `tdm` API token, `tdi` invitation, `tdl` public link, `tdo` owner link. */
export type TokenPrefix = "tdm" | "tdi" | "tdl" | "tdo";

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** 256 random bits are at most this many base62 characters. */
const RANDOM_LENGTH = 43;
/** 32 bits of CRC are at most this many base62 characters. */
const CHECKSUM_LENGTH = 6;

/**
 * Makes a new token: prefix, `_`, 43 base62 characters of 256 random bits, 6 of the CRC32 over all before.
 * Source: GitHub's token format (its blog, 2021-04-05), so that scanners need no call.
 */
export function makeToken(prefix: TokenPrefix): Secret {
  const random = BigInt(`0x${randomBytes(32).toString("hex")}`);
  const body = `${prefix}_${base62(random, RANDOM_LENGTH)}`;
  return Secret.of(body + checksumOf(body));
}

/** @returns whether `text` has the form and the checksum of such a token; says nothing about whether it is valid */
export function isToken(text: string, prefix: TokenPrefix): boolean {
  if (text.length !== prefix.length + 1 + RANDOM_LENGTH + CHECKSUM_LENGTH) return false;
  if (!text.startsWith(`${prefix}_`) || !/^[0-9A-Za-z]+$/.test(text.slice(prefix.length + 1))) return false;
  return checksumOf(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH);
}

/** @returns what is stored instead of a token: its SHA-256, 64 hex digits */
export function hashToken(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** @returns the value of an `Authorization` header for a login and its password or token (RFC 7617) */
export function basicAuthorization(login: string, password: Secret): Secret {
  const encoded = Buffer.from(`${login}:${password.reveal()}`).toString("base64");
  hideInLogs(encoded);
  return Secret.of(`Basic ${encoded}`);
}

/** @returns the value of an `Authorization` header for a token that is sent by itself (RFC 6750; Gitea's own `token`) */
export function tokenAuthorization(token: Secret, scheme: "Bearer" | "token" = "Bearer"): Secret {
  return Secret.of(`${scheme} ${token.reveal()}`);
}

/** @returns 64 bits of a secret's SHA-256 as 16 hex digits: tells secrets apart, and gives nothing of a random one away */
export function fingerprintOf(secret: Secret): string {
  return hashToken(secret.reveal()).slice(0, 16);
}

function checksumOf(body: string): string {
  return base62(BigInt(crc32(body)), CHECKSUM_LENGTH);
}

function base62(number: bigint, length: number): string {
  let text = "";
  for (; number > 0n; number /= 62n) text = BASE62.charAt(Number(number % 62n)) + text;
  return text.padStart(length, "0");
}
