// Which files of a repository are read, by which rules, and what else may be metric files.
import { isLiteral, MAX_GLOBS, MetricPathMatcher, withBuiltIn } from "../domain/metric-paths.ts";
import type { MetricPath, OrganizationId } from "../domain/model.ts";
import { readCandidates, type StoredCandidate } from "../store/candidate-file.ts";
import { waitingEvents } from "../store/event.ts";
import { type FileLine, readFileLines } from "../store/metric-file-page.ts";
import { readMetricPaths } from "../store/metric-path.ts";
import { type NameReads, readSnapshot, type Versioned } from "./repository-names.ts";

/** Paths that are listed. */
const MAX_FILES = 1_000;

/** A rule, and how many of the listed paths are read by it. */
export interface RuleView {
  readonly pattern: string;
  readonly source: MetricPath["source"];
  readonly enabled: boolean;
  readonly glob: boolean;
  readonly files: number;
  readonly named: readonly { readonly array: string; readonly fields: readonly string[] }[];
}

/** A path that is read. */
export interface FileView extends FileLine {
  /** null when no rule names it any more */
  readonly rule: string | null;
}

/** Which files are read. */
export interface MetricFilesView {
  readonly rules: readonly RuleView[];
  readonly globs: { readonly on: number; readonly most: number };
  readonly files: readonly FileView[];
  readonly candidates: readonly StoredCandidate[];
  readonly recognised: readonly string[];
  readonly reading: boolean;
}

/** Rules of people first, then by where they come from. */
const ORDER = { chosen: 0, "dvc.yaml": 1, "dvc.lock": 2, "built-in": 3 } as const;

/** Which files of a repository are read. @throws TidemarkError `repository-not-found` */
export async function readMetricFiles(
  reads: NameReads,
  organization: OrganizationId,
  nameOrId: string,
): Promise<Versioned<MetricFilesView>> {
  return readSnapshot(reads, organization, nameOrId, async (reader, repository) => {
    const rules = withBuiltIn((await readMetricPaths(reader, repository)).rules);
    const matcher = new MetricPathMatcher(rules);
    const lines = await readFileLines(reader, repository, MAX_FILES);
    const files = lines.map((line) => ({ ...line, rule: matcher.match(line.path)?.pattern ?? null }));
    const found = await readCandidates(reader, repository);
    const events = await waitingEvents(reader, repository);
    return {
      rules: rulesOf(rules, files),
      globs: {
        on: rules.filter(({ enabled, pattern }) => enabled && !isLiteral(pattern)).length,
        most: MAX_GLOBS,
      },
      files,
      candidates: found?.candidates ?? [],
      recognised: found?.recognised ?? [],
      reading: events.some(({ task }) => task === "import"),
    };
  });
}

function rulesOf(rules: readonly MetricPath[], files: readonly FileView[]): RuleView[] {
  const used = new Map<string, number>();
  for (const { rule } of files) if (rule !== null) used.set(rule, (used.get(rule) ?? 0) + 1);
  return rules
    .map(({ pattern, source, enabled, identity }) => ({
      pattern,
      source,
      enabled,
      glob: !isLiteral(pattern),
      files: used.get(pattern) ?? 0,
      named: Object.entries(identity ?? {}).map(([array, fields]) => ({ array, fields })),
    }))
    .sort((a, b) => ORDER[a.source] - ORDER[b.source]);
}
