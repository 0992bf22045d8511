// The field for a path or a glob, with what it names before it is added.
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import type { MAX_PATTERN, PatternPreview } from "../../src/api/contract/files.ts";
import { problemOf } from "../api.ts";
import { previewQuery } from "../queries.ts";
import { count } from "../times.ts";
import { LineField } from "../ui/LineField.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";
import { useSettled } from "../ui/use-settled.ts";
import { KeyList } from "./KeyList.tsx";

const MAX_LENGTH: typeof MAX_PATTERN = 256;
/** People pause for so long, in milliseconds, when a pattern is worth being looked at. */
const PAUSE_MS = 350;

/** What the field is made of. */
export interface AddPatternProps {
  /** as in the page's address */
  readonly repository: string;
  /** what stands in the field at first */
  readonly first: string;
  /** adds a pattern, in its stored form */
  readonly add: (pattern: string) => void;
}

/** Draws the field and what it names. */
export function AddPattern({ repository, first, add }: AddPatternProps): ReactNode {
  const id = useId();
  const [typed, setTyped] = useState(first);
  const wanted = typed.trim();
  const settled = useSettled(wanted, PAUSE_MS);
  const preview = useQuery({ ...previewQuery(repository, settled), retry: false });
  const isNow = settled === wanted && wanted !== "";
  const problem = isNow && preview.error !== null ? problemOf(preview.error).detail : null;
  const found = isNow ? preview.data : undefined;
  return (
    <form
      className="add"
      onSubmit={(event) => {
        event.preventDefault();
        if (found === undefined) return;
        add(found.pattern);
        setTyped("");
      }}
    >
      <LineField
        id={id}
        label="A path or a glob"
        placeholder="results/*.json"
        maxLength={MAX_LENGTH}
        value={typed}
        problem={problem}
        onChange={setTyped}
      >
        <button type="submit" disabled={found === undefined}>
          Add rule
        </button>
      </LineField>
      <div role="status">
        {found !== undefined ? (
          <Preview preview={found} />
        ) : wanted !== "" && problem === null ? (
          <p className="dim preview-line">Looking …</p>
        ) : null}
      </div>
    </form>
  );
}

function Preview({ preview }: { preview: PatternPreview }): ReactNode {
  const { pattern, total, versions, paths } = preview;
  return (
    <div className="preview">
      <p className="preview-line">
        <code>
          <Untrusted text={pattern} />
        </code>{" "}
        {total === 0
          ? "names no file of the newest 200 commits of the default branch and of branches of data."
          : `names ${count(total, "file")} with ${count(versions, "version")} in the newest 200 commits.`}
      </p>
      <ul>
        {paths.map(({ path, versions: own, readBy, content }) => (
          <li key={path}>
            <code>
              <Untrusted text={path} />
            </code>{" "}
            <span className="dim">
              {count(own, "version")}
              {content === null ? "" : ` · ${count(content.numbers, "number")} · ${content.adapter}`}
              {readBy === null ? null : (
                <>
                  {" · read already by "}
                  <Untrusted text={readBy} />
                </>
              )}
            </span>
            {content === null ? null : <KeyList keys={content.keys} />}
            {content?.problem == null ? null : (
              <div className="worse">
                <Untrusted text={content.problem} />
              </div>
            )}
          </li>
        ))}
      </ul>
      {total > paths.length ? <p className="dim preview-line">and {count(total - paths.length, "other")}</p> : null}
    </div>
  );
}
