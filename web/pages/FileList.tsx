// The files that are read: by which rule, as what, how many versions and columns of numbers.
import { type ReactNode, useState } from "react";
import type { MetricFile } from "../../src/api/contract/files.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { filesPage } from "../paths.ts";
import { count } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";
import { PageLink } from "./PageLink.tsx";

/** Files that are drawn at first, and more at each wish. */
const SHOWN_STEP = 50;

/** What the list is made of. */
export interface FileListProps {
  /** as in the page's address */
  readonly repository: string;
  readonly files: readonly MetricFile[];
  /** the path whose rows are being named */
  readonly naming: string | undefined;
}

/** Draws the list; nothing while no file is read. */
export function FileList({ repository, files, naming }: FileListProps): ReactNode {
  const [limit, setLimit] = useState(SHOWN_STEP);
  if (files.length === 0) return null;
  return (
    <section aria-labelledby="files-head">
      <h2 id="files-head">Files</h2>
      <table className="values file-list">
        <thead>
          <tr>
            <th scope="col">Path</th>
            <th scope="col">Read as</th>
            <th scope="col" className="number">
              Versions
            </th>
            <th scope="col" className="number">
              Number columns
            </th>
            <th scope="col">
              <span className="unseen">Names of rows</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {files.slice(0, limit).map((file) => (
            <FileRow key={file.path} repository={repository} file={file} current={file.path === naming} />
          ))}
        </tbody>
      </table>
      {files.length <= limit ? null : (
        <button type="button" onClick={() => setLimit(limit + SHOWN_STEP)}>
          {(files.length - limit).toLocaleString("en-US")} more files
        </button>
      )}
    </section>
  );
}

function FileRow({ repository, file, current }: { repository: string; file: MetricFile; current: boolean }): ReactNode {
  const { path, rule, adapter, versions, unreadable, numbers } = file;
  return (
    <tr>
      <th scope="row">
        <code>
          <Untrusted text={path} />
        </code>
        {rule === path ? null : (
          <div className="dim">{rule === null ? "no rule any more" : <Untrusted text={rule} />}</div>
        )}
      </th>
      <td className="dim">{adapter === "none" ? "–" : adapter}</td>
      <td className="number" title={unreadable === 0 ? undefined : `${count(unreadable, "version")} could not be read`}>
        {versions.toLocaleString("en-US")}
        {unreadable === 0 ? null : <span className="worse"> ({unreadable.toLocaleString("en-US")} unreadable)</span>}
      </td>
      <td className="number">{numbers.toLocaleString("en-US")}</td>
      <td className="number">
        <PageLink href={filesPage(repository, { path })} current={current}>
          Rows<span className="unseen"> of {escapeControls(path)}</span>
        </PageLink>
      </td>
    </tr>
  );
}
