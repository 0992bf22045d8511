// The webhook payloads of two published packages: GitHub's own, and those of seven providers from a module of Go.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { WebhookKind } from "../../src/providers/webhook-source.ts";

/** A payload as its provider would send it. */
export interface ExamplePayload {
  /** where it is from: "github push 3" */
  readonly title: string;
  /** null: of a provider whose webhooks we do not take */
  readonly kind: WebhookKind | null;
  readonly eventName: string;
  readonly payload: unknown;
}

/** What `.ci/run` fetches; the version is part of the folder's name. */
const GO_MODULE = join(import.meta.dirname, "..", "..", ".ci/go/github.com/go-playground/webhooks/v6@v6.4.0/testdata");
const HOSTS = ["api.github.com", "ghes-31", "ghes-32", "ghes-33", "ghes-34", "ghes-35"];

/** @returns every payload of @octokit/webhooks-examples */
export function githubExamples(): ExamplePayload[] {
  const newest = fileURLToPath(import.meta.resolve("@octokit/webhooks-examples"));
  return HOSTS.flatMap((host) => {
    const events = JSON.parse(readFileSync(join(newest, "..", "..", host, "index.json"), "utf8")) as {
      readonly name: string;
      readonly examples: readonly unknown[];
    }[];
    return events.flatMap(({ name, examples }) =>
      examples.map((payload, index) => ({
        title: `${host} ${name} ${index}`,
        kind: "github" as const,
        eventName: name,
        payload,
      })),
    );
  });
}

/** @returns the folder that TIDEMARK_TEST_WEBHOOKS names, or that `.ci/run` fetched; null when there is none */
export function webhookFolder(): string | null {
  const named = process.env["TIDEMARK_TEST_WEBHOOKS"];
  const folder = named === undefined || named === "" ? GO_MODULE : named;
  return existsSync(folder) ? folder : null;
}

const KINDS: Readonly<Record<string, WebhookKind>> = {
  github: "github",
  gitlab: "gitlab",
  gitea: "gitea",
  bitbucket: "bitbucket",
  "bitbucket-server": "bitbucket",
};

/** The header that would name the event: the files are called by it, more or less. */
function eventNameOf(folder: string, file: string): string {
  const name = basename(file, ".json");
  switch (folder) {
    case "gitlab": {
      if (name.startsWith("system-")) return "System Hook";
      return `${{ push: "Push", tag: "Tag Push" }[name.replace(/-event$/, "")] ?? "Other"} Hook`;
    }
    case "gitea":
      return name.replace(/-event$/, "").replaceAll("-", "_");
    case "bitbucket":
    case "bitbucket-server":
      return name.replace("-", ":").replaceAll("-", "_");
    default:
      return name.replace("repository-edited", "repository").replaceAll("-", "_");
  }
}

/** @returns every JSON file of the module's folder */
export function folderExamples(folder: string): ExamplePayload[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".json"))
    .sort()
    .map((path) => {
      const [provider = "", file = ""] = path.split("/");
      const payload: unknown = JSON.parse(readFileSync(join(folder, path), "utf8"));
      return { title: path, kind: KINDS[provider] ?? null, eventName: eventNameOf(provider, file), payload };
    });
}
