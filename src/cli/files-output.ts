// What `tidemark files` says: a line a file with its rule and adapter, then what else holds numbers.
import { formatCount } from "../domain/format-value.ts";
import type { Value } from "../domain/model.ts";
import { escapeControls } from "../domain/safe-text.ts";
import type { CandidateFile } from "../history/candidates.ts";
import type { ListedFile, ListedFiles } from "./files-reading.ts";
import { drawGrid, type GridColumn } from "./grid.ts";
import { type Json, jsonText } from "./json-text.ts";
import type { Look, Report } from "./report.ts";

/** Keys that a line shows of a candidate. */
const SHOWN_KEYS = 3;

/** @returns the report in every form. @param title of the branch */
export function filesReport(found: ListedFiles, title: string): Report {
  const { files, candidates, others, recognised, commits } = found;
  return {
    lines: (look) => [...fileLines(files, look), ...candidateLines(candidates, look), ...othersLine(others)],
    markdown: () => ({
      head: ["file", "versions", "numbers", "read as", "rule"],
      rows: files.map(textsOf),
      alignRight: [false, true, true, false, false],
      notes: [
        ...candidates.map((each) => `not read: ${escapeControls(each.pattern)} (${counts(each)})`),
        ...othersLine(others),
      ],
    }),
    csv: () => [
      ["kind", "path", "versions", "numbers", "adapter", "rule", "from"],
      ...files.map(fileRow),
      ...candidates.map(({ pattern, versions, numbers, adapter }) => [
        "candidate",
        pattern,
        versions,
        numbers,
        adapter,
        null,
        null,
      ]),
    ],
    json: () =>
      `${jsonText({ files: files.map(fileJson), candidates: candidates.map(candidateJson), others, recognised })}\n`,
    problems: [
      ...files.flatMap(({ path, now }) =>
        now?.problem == null ? [] : [`! ${escapeControls(path)}: ${escapeControls(now.problem)}`],
      ),
      ...recognised.map((path) => `! ${escapeControls(path)} is known, but not read yet`),
    ],
    foot: [`${plural(files.length, "file")} in ${plural(commits, "commit")} of ${title}`],
  };
}

const COLUMNS: readonly GridColumn[] = [
  { name: "file", align: "left", cut: "start" },
  { name: "versions", align: "right" },
  { name: "numbers", align: "right" },
  { name: "read as", align: "left" },
  { name: "rule", align: "left", cut: "end" },
];

function fileLines(files: readonly ListedFile[], { width, paint }: Look): string[] {
  if (files.length === 0) return [];
  const rows = files.map((file) =>
    textsOf(file).map((text) => (file.now === null ? { text, style: paint.dim } : { text })),
  );
  return drawGrid({ columns: COLUMNS, rows, width, paint });
}

function candidateLines(candidates: readonly CandidateFile[], { width, paint }: Look): string[] {
  if (candidates.length === 0) return [];
  const columns: readonly GridColumn[] = [
    { name: "not read", align: "left", cut: "start" },
    { name: "versions", align: "right" },
    { name: "numbers", align: "right" },
    { name: "some keys", align: "left", cut: "end" },
  ];
  const rows = candidates.map(({ pattern, versions, numbers, keys }) =>
    [pattern, formatCount(versions), formatCount(numbers), keys.slice(0, SHOWN_KEYS).join("  ")].map((text) => ({
      text: escapeControls(text),
    })),
  );
  return ["", ...drawGrid({ columns, rows, width, paint })];
}

function othersLine(others: number): string[] {
  if (others === 0) return [];
  return [`${formatCount(others)} more ${others === 1 ? "pattern" : "patterns"} of files that may hold numbers`];
}

/** What stands where another file's format does. A file without any is one of more than can be described. */
const NOT_READ = {
  file: "",
  deleted: "gone",
  pointer: "kept by DVC",
  symlink: "a symbolic link",
  submodule: "a submodule",
} as const;

function textsOf({ path, rule, versions, kind, now }: ListedFile): string[] {
  const by = rule.source === "built-in" || rule.source === "chosen" ? rule.pattern : `${rule.pattern} (${rule.source})`;
  const [numbers, adapter] = now === null ? ["", NOT_READ[kind]] : [formatCount(now.numbers), now.adapter];
  return [escapeControls(path), formatCount(versions), numbers, adapter, escapeControls(by)];
}

function fileRow({ path, rule, versions, now }: ListedFile): Value[] {
  return ["file", path, versions, now?.numbers ?? null, now?.adapter ?? null, rule.pattern, rule.source];
}

function fileJson({ path, rule, versions, kind, now }: ListedFile): Json {
  const { pattern, source } = rule;
  const held =
    now === null ? null : { adapter: now.adapter, numbers: now.numbers, keys: now.keys, problem: now.problem };
  return { path, rule: { pattern, source }, versions, kind, now: held };
}

function candidateJson({ pattern, versions, paths, example, adapter, numbers, keys }: CandidateFile): Json {
  return { pattern, versions, paths, example, adapter, numbers, keys };
}

function counts({ versions, numbers }: CandidateFile): string {
  return `${plural(versions, "version")}, ${plural(numbers, "number")}`;
}

function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${count === 1 ? noun : `${noun}s`}`;
}
