// How each kind of webhook sends its digest, and what is none in that form: for tests of the proof alone and over HTTP.
import type { WebhookKind } from "../../src/domain/webhook-kind.ts";

/** The kinds that send one: by which header, and what stands before its digits. */
export const DIGEST_FORMS: readonly (readonly [WebhookKind, string, string])[] = [
  ["github", "x-hub-signature-256", "sha256="],
  ["gitea", "x-gitea-signature", ""],
  ["gitea", "x-forgejo-signature", ""],
  ["gitea", "x-hub-signature-256", "sha256="],
  ["bitbucket", "x-hub-signature", "sha256="],
  ["signed", "x-tidemark-signature", "sha256="],
];

/**
 * @param prefix what stands before the digits in the right form
 * @param digest the right digits
 * @returns values of the header that prove nothing
 */
export function wrongDigests(prefix: string, digest: string): readonly (string | string[] | undefined)[] {
  const right = prefix + digest;
  const short = digest.slice(0, 63);
  return [
    undefined,
    "",
    prefix,
    `sha1=${digest.slice(0, 40)}`,
    prefix + short,
    `${right}0`,
    `${prefix}${short}g`,
    `${prefix}${"0".repeat(64)}`,
    `${right}, ${right}`,
    `${right};`,
    [right, right],
    [right, `${prefix}${"0".repeat(64)}`],
    prefix === "" ? `sha256=${digest}` : digest,
    `${prefix}${"\u00e9".repeat(64)}`,
  ];
}
