// docs/connect.md says what the pages say: every step of every provider, and every right that a token should have.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { PROVIDER_KINDS } from "../src/domain/provider-kind.ts";
import { providerOf } from "../src/providers/registry.ts";
import { ROOT } from "./source-files.ts";

const HEADINGS = {
  github: "GitHub",
  gitlab: "GitLab",
  gitea: "Gitea and Forgejo",
  bitbucket: "Bitbucket",
  plain: "A plain Git server",
} as const;
const text = readFileSync(join(ROOT, "docs/connect.md"), "utf8");
const sections = new Map(text.split(/^## /m).map((section) => [section.split("\n", 1)[0], section]));

for (const kind of PROVIDER_KINDS) {
  const provider = providerOf(kind);
  const section = sections.get(HEADINGS[kind]) ?? "";

  test(`docs/connect.md has every step of ${kind} in order`, () => {
    const { steps } = provider.hookSteps({ baseUrl: "https://git.example.org", name: "owner/name" });
    const numbered = steps.map((step, place) => `${place + 1}. ${step}`).join("\n");
    assert.ok(section.includes(numbered), `wanted in "## ${HEADINGS[kind]}":\n${numbered}`);
  });

  test(`docs/connect.md names every right that a token of ${kind} should have`, () => {
    for (const { scope } of provider.wanted) assert.ok(section.includes(`\`${scope}\``), scope);
  });
}
