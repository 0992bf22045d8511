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

/** @returns what a page says in the place of something that such a server does not have: "not offered by Bitbucket" */
export function notOfferedBy(kind: ProviderKind): string {
  return `not offered by ${PROVIDER_LABELS[kind]}`;
}
