// Addresses for Git over SSH, which are used where the operator has set a key; read by the rules of all other addresses.
import { addressProblem, parseAddress } from "./outbound-address.ts";

/** The operator's key for Git over SSH, and the hosts that it is used with. */
export interface SshAccess {
  /** absolute paths, without characters that mean something to a shell or to ssh */
  readonly keyFile: string;
  readonly knownHosts: string;
}

/** An address for SSH. */
export interface SshAddress {
  readonly user: string;
  /** without brackets when it is an IPv6 address */
  readonly host: string;
  readonly port: number;
  /** begins with `/` */
  readonly path: string;
}

const URL_FORM = /^(?:ssh|git\+ssh|ssh\+git):\/\/(?:([^@/\s]*)@)?(\[[0-9a-f:.]+\]|[^@/:\s]+)(?::(\d{1,5}))?\/(\S+)$/i;
/** `git@host:owner/name`; without a user it could be the scheme of anything */
const SHORT_FORM = /^([^@/\s]+)@(\[[0-9a-f:.]+\]|[^@/:\s]+):(?!\/\/)\/?(\S+)$/;
/** What a user may be called: nothing that ssh would take for an option. */
const USER = /^\w[\w.-]{0,63}$/;
const SSH_PORT = 22;

/**
 * Reads an address for SSH; paths count from the server's root, as in `ssh://`.
 * @returns null when the text is no such address
 * @throws TidemarkError `bad-address`
 */
export function parseSshAddress(text: string, attempt: string): SshAddress | null {
  const long = URL_FORM.exec(text);
  const short = long === null ? SHORT_FORM.exec(text) : null;
  const [, user = "git", host = "", port, path = ""] =
    long ?? (short === null ? [] : [short[0], short[1], short[2], undefined, short[3]]);
  if (host === "") return null;
  const bad = (found: string, wanted: string) => addressProblem("bad-address", { attempt, text, found, wanted });
  if (!USER.test(user)) throw bad("a login that ssh cannot take, or one with a password", "git@host:owner/name");
  const rules = { attempt, http: false, repository: true };
  const parsed = parseAddress(`https://${host}/${path}`, rules);
  const number = port === undefined ? SSH_PORT : Number(port);
  if (number < 1 || number > 65_535) throw bad("a port that cannot exist", "a port from 1 to 65535");
  return { user, host: parsed.host, port: number, path: parsed.path };
}
