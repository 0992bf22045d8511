// Every kind of Git provider by its name: the one place that knows them all.
import { bitbucket } from "./bitbucket/bitbucket.ts";
import { gitea } from "./gitea/gitea.ts";
import { github } from "./github/github.ts";
import { gitlab } from "./gitlab/gitlab.ts";
import { plain } from "./plain/plain.ts";
import type { Provider, ProviderKind } from "./provider.ts";

const PROVIDERS: Readonly<Record<ProviderKind, Provider>> = { github, gitlab, gitea, bitbucket, plain };

/** @returns the provider of that kind */
export function providerOf(kind: ProviderKind): Provider {
  return PROVIDERS[kind];
}
