// The programs that Git servers run, as far as Tidemark knows more of them than Git: their kinds and their names.

/** Every kind. Gitea and Forgejo have one API; "plain" is any server of which nothing but Git is known. */
export const PROVIDER_KINDS = ["github", "gitlab", "gitea", "bitbucket", "plain"] as const;

/** The kind of a Git server. */
export type ProviderKind = (typeof PROVIDER_KINDS)[number];

/** What people call each kind. */
export const PROVIDER_LABELS: Readonly<Record<ProviderKind, string>> = {
  github: "GitHub",
  gitlab: "GitLab",
  gitea: "Gitea and Forgejo",
  bitbucket: "Bitbucket",
  plain: "a plain Git server",
};

/** @returns what an account there is proven by: a plain server takes a password, which may be a token; the others tokens alone */
export function proofAt(kind: ProviderKind): "password" | "token" {
  return kind === "plain" ? "password" : "token";
}

/** Hosts whose programs are known, by a part of their name: a company's own are mostly called by the program. */
const HOSTS: readonly (readonly [RegExp, ProviderKind])[] = [
  [/^bitbucket\.org$/, "bitbucket"],
  [/(^|\.)(codeberg\.org|gitea|forgejo)(\.|$)/, "gitea"],
  [/(^|\.)gitlab(\.|$)/, "gitlab"],
  [/(^|\.)github(\.|$)/, "github"],
];

/** @returns what runs on a host as far as its name tells; null where it tells nothing */
export function kindOfHost(host: string): ProviderKind | null {
  return HOSTS.find(([name]) => name.test(host))?.[1] ?? null;
}

/** @returns what a page says in the place of something that such a server does not have: "not offered by Bitbucket" */
export function notOfferedBy(kind: ProviderKind): string {
  return `not offered by ${PROVIDER_LABELS[kind]}`;
}
