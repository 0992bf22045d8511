// Where a repository is, from whatever people paste: a page of it, a clone URL, the form for SSH, owner/name.

/** What was pasted: an address for Git over HTTP, or only a name. */
export type PastedAddress =
  | {
      readonly kind: "url";
      readonly url: string;
      /** as it was pasted, where that was an address for SSH */
      readonly ssh?: string;
      /** where no scheme was given: an account of that server may know a better one */
      readonly assumesHttps?: true;
    }
  /** `owner/name`, with as many groups as GitLab has: whose server is meant, accounts have to say */
  | { readonly kind: "name"; readonly name: string };

/** `git@host:owner/name`. What stands before the @ is a login without a password. */
const SCP = /^[^@/:\s]+@([\w.-]+):(?!\/\/)\/?(\S+)$/;
/** `ssh://git@host:22/owner/name`: the port is that of SSH, not of the web. */
const SSH = /^(?:ssh|git\+ssh|ssh\+git|git):\/\/(?:[^@/:\s]*@)?([\w.-]+)(?::\d{1,5})?\/(\S+)$/i;
/** A host with a dot and a path, without a scheme. */
const SCHEMELESS = /^([\w-]+\.[\w.-]*(?::\d{1,5})?)\/(\S+)$/;
const NAME = /^\w[\w.-]*(?:\/(?!\.{1,2}(?:\/|$))[\w.-]+)+$/;

/** Hosts for SSH through a firewall's web port, and whose they are. */
const WEB_HOSTS: Readonly<Record<string, string>> = {
  "ssh.github.com": "github.com",
  "altssh.gitlab.com": "gitlab.com",
  "altssh.bitbucket.org": "bitbucket.org",
};
/** Bitbucket's own clone address begins with the reader's name: no password, and not needed. */
const OWN_NAME = /^(https:\/\/)[\w-]{1,62}@(?=bitbucket\.org\/)/i;

/** Hosts whose pages are known: what follows owner and name there is a page of the repository. */
const PAGES_BELOW_NAME = /^(?:www\.)?(?:github\.com|bitbucket\.org|codeberg\.org)$/;
/** What only a page of a repository has after owner and name, on servers of any name. */
const PAGE =
  /^(\/[^/]+\/[^/]+)\/(?:tree|blob|blame|raw|edit|commit|commits|pull|pulls|issues|actions|releases|tags|branches|compare|settings|wiki|src\/(?:branch|commit|tag)|src|pull-requests|pipelines)(?:\/.*)?$/;

/**
 * Reads what was pasted. Nothing is looked up, and nothing is checked: what is not understood comes back as it is, for
 * `checkRemote()` to say what is wrong with it.
 */
export function readPasted(text: string): PastedAddress {
  const inner = unwrapped(text);
  const [, sshHost, sshPath] = SCP.exec(inner) ?? SSH.exec(inner) ?? [];
  if (sshHost !== undefined && sshPath !== undefined) {
    const url = `https://${WEB_HOSTS[sshHost.toLowerCase()] ?? sshHost}/${sshPath}`;
    return { kind: "url", url, ...(/^git:/i.test(inner) ? {} : { ssh: inner }) };
  }
  const [, host, path] = SCHEMELESS.exec(inner) ?? [];
  if (host !== undefined && path !== undefined)
    return { kind: "url", url: repositoryOf(`https://${host}/${path}`), assumesHttps: true };
  if (NAME.test(inner)) return { kind: "name", name: inner.replace(/\.git$/, "") };
  return { kind: "url", url: repositoryOf(inner) };
}

/** @returns it without what stands around an address that was copied out of a text */
function unwrapped(text: string): string {
  const inner = text
    .trim()
    .replace(/^git\s+clone\s+/, "")
    .replace(OWN_NAME, "$1");
  const [first, last] = [inner.at(0), inner.at(-1)];
  const isWrapped = (first === "<" && last === ">") || (first === last && (first === '"' || first === "'"));
  return isWrapped ? inner.slice(1, -1).trim() : inner;
}

/** @returns the address of the repository that a page belongs to; what may be no page comes back as it is */
function repositoryOf(text: string): string {
  // what the check refuses with a word must come to it as it is: logins, and characters that the parser drops or turns
  if (!/^https?:\/\/[^@/\\\s]+\/[^\\\p{C}\s]*$/iu.test(text) || !URL.canParse(text)) return text;
  const url = new URL(text);
  const path = repositoryPath(url);
  if (path === null) return text;
  return `${url.origin}${path}`;
}

/** @returns the path of the repository itself, or null where nothing says that this is a page */
function repositoryPath({ hostname, pathname, search, hash }: URL): string | null {
  let end = pathname.length;
  while (pathname[end - 1] === "/") end -= 1;
  const path = pathname.slice(0, end);
  // GitLab puts a dash before everything that is no group
  const dash = `${path}/`.indexOf("/-/");
  if (dash > 0) return path.slice(0, dash);
  if (path.endsWith(".git") || path.includes(".git/")) return null;
  const segments = path.split("/").filter((segment) => segment !== "");
  if (PAGES_BELOW_NAME.test(hostname) && segments.length >= 2) return `/${segments[0]}/${segments[1]}`;
  const page = PAGE.exec(path)?.[1];
  if (page !== undefined) return page;
  // a place within the repository's own page
  return (search !== "" || hash !== "") && segments.length >= 2 ? path : null;
}
