// The lines of shell that send a signed delivery: for any machine with curl and openssl, and for a Git server's hook.

/** A text that the shell takes as it is. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Signs and sends `$body`; fails on any answer but 2xx. */
function send(address: string, secret: string): string {
  const digest = `$(printf %s "$body" | openssl dgst -sha256 -hmac ${quoted(secret)} -r | cut -d ' ' -f 1)`;
  const header = `--header "X-Tidemark-Signature: sha256=${digest}"`;
  return `printf %s "$body" | curl --silent --show-error --fail --max-time 10 ${header} --data-binary @- ${quoted(address)}`;
}

/**
 * @param address of the webhook
 * @param secret its text, or a placeholder for it
 * @param said what was pushed, and where, as far as the line says it
 * @returns one line of shell that asks for a look
 */
export function curlLine(
  address: string,
  secret: string,
  said: { readonly repository?: string; readonly ref?: string } | null = null,
): string {
  const body = said === null ? "" : JSON.stringify(said);
  return `body=${quoted(body)}; ${send(address, secret)}`;
}

/** @returns the file `hooks/post-receive` of a bare repository: it sends on what Git tells it of the push */
export function postReceiveHook(address: string, secret: string): string {
  return `#!/bin/sh\nbody=$(cat); ${send(address, secret)}\n`;
}
