// How a commit's file versions stand in its row of the archive: JSON, with all that git_commit and metric_file have of them.
import type { SourceCommit, SourceFile } from "../store/archive-source.ts";

/** @returns the members that are the same wherever the version is used, without braces */
export function fileText(file: SourceFile): string {
  const { number, path, blob, size, adapter, adapterVersion, status, problem, warnings, shape } = file;
  const head = JSON.stringify({ number, path, blob, size, adapter, adapterVersion, status }).slice(1, -1);
  const more = [
    ...(problem === null ? [] : [`"problem":${problem}`]),
    ...(warnings === null ? [] : [`"warnings":${warnings}`]),
    ...(shape === null ? [] : [`"shape":${shape}`]),
  ];
  return [head, ...more].join(",");
}

/** @param texts of `fileText()`, by number @returns JSON: the versions in their order, each with what it is compared with */
export function filesText(commit: SourceCommit, texts: ReadonlyMap<number, string>): string {
  const returned = new Set(commit.returnedFiles);
  const warned = new Set(commit.warnedFiles);
  const items = commit.files.map((number, index) => {
    const baseline = commit.baselineFiles[index] ?? null;
    const position = commit.baselinePositions[index] ?? null;
    const text = texts.get(number);
    if (text === undefined) throw new Error(`file version ${number} is gone`);
    return [
      `{${text}`,
      ...(baseline === null ? [] : [`"baseline":${baseline}`]),
      ...(position === null ? [] : [`"baselinePosition":${position}`]),
      ...(returned.has(number) ? [`"returned":true`] : []),
      ...(warned.has(number) ? [`"warned":true`] : []),
    ].join(",");
  });
  return `[${items.join("},")}${items.length === 0 ? "" : "}"}]`;
}
