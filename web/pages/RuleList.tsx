// The rules by which files are read: on and off, where they come from, one's own to be removed.
import { type ReactNode, useState } from "react";
import type { MetricFiles, MetricRule } from "../../src/api/contract/files.ts";
import { escapeControls } from "../../src/domain/safe-text.ts";
import { type FileDraft, isOn, withRemoved, withTurned } from "../file-draft.ts";
import { count } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";

/** What the list is made of. */
export interface RuleListProps {
  readonly rules: readonly MetricRule[];
  readonly globs: MetricFiles["globs"];
  readonly draft: FileDraft;
  readonly change: (draft: FileDraft) => void;
}

const FROM: Readonly<Record<MetricRule["source"], string>> = {
  chosen: "added",
  "dvc.yaml": "dvc.yaml",
  "dvc.lock": "dvc.lock",
  "built-in": "built in",
};

/** Draws the list. Built-in rules that name nothing here are behind a button. */
export function RuleList({ rules, globs, draft, change }: RuleListProps): ReactNode {
  const [all, setAll] = useState(false);
  const isIdle = (rule: MetricRule): boolean =>
    rule.source === "built-in" && rule.files === 0 && rule.enabled && isOn(rule, draft);
  const idle = rules.filter(isIdle);
  const shown = all ? rules : rules.filter((rule) => !isIdle(rule));
  return (
    <>
      <table className="values rules">
        <thead>
          <tr>
            <th scope="col">Rule</th>
            <th scope="col">From</th>
            <th scope="col" className="number">
              Files
            </th>
            <th scope="col">
              <span className="unseen">Remove</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {draft.add.map((pattern) => (
            <tr key={pattern}>
              <th scope="row">
                <span className="check">
                  <input type="checkbox" checked disabled aria-label={`Read ${escapeControls(pattern)}`} />
                  <code>
                    <Untrusted text={pattern} />
                  </code>
                </span>
              </th>
              <td>not saved</td>
              <td className="number">–</td>
              <td className="number">
                <RemoveButton pattern={pattern} words="Remove" act={() => change(withRemoved(draft, pattern))} />
              </td>
            </tr>
          ))}
          {shown.map((rule) => (
            <RuleRow key={rule.pattern} rule={rule} draft={draft} change={change} />
          ))}
        </tbody>
      </table>
      <p className="dim">
        {idle.length === 0 ? null : (
          <>
            <button type="button" className="link" aria-expanded={all} onClick={() => setAll(!all)}>
              {all ? "Hide" : "Show"} {count(idle.length, "built-in rule")} that {idle.length === 1 ? "names" : "name"}{" "}
              nothing here
            </button>
            {" · "}
          </>
        )}
        {globs.on} of at most {globs.most} globs are on
      </p>
    </>
  );
}

function RuleRow({ rule, draft, change }: { rule: MetricRule } & Pick<RuleListProps, "draft" | "change">): ReactNode {
  const { pattern, source, files, named } = rule;
  const removed = draft.remove.includes(pattern);
  const on = isOn(rule, draft) && !removed;
  return (
    <tr className={on ? undefined : "off"}>
      <th scope="row">
        <label className="check">
          <input type="checkbox" checked={on} disabled={removed} onChange={() => change(withTurned(draft, rule))} />
          <code>
            <Untrusted text={pattern} />
          </code>
        </label>
        {named.map(({ array, fields }) => (
          <div key={array} className="dim">
            rows of {array === "" ? "the list" : <Untrusted text={array} />} named by{" "}
            <Untrusted text={fields.join(", ")} />
          </div>
        ))}
      </th>
      <td className="dim">{removed ? "to be removed" : FROM[source]}</td>
      <td className="number">{files === 0 ? "–" : files.toLocaleString("en-US")}</td>
      <td className="number">
        {source === "chosen" ? (
          <RemoveButton
            pattern={pattern}
            words={removed ? "Keep" : "Remove"}
            act={() => change(withRemoved(draft, pattern))}
          />
        ) : null}
      </td>
    </tr>
  );
}

function RemoveButton({ pattern, words, act }: { pattern: string; words: string; act: () => void }): ReactNode {
  return (
    <button type="button" className="quiet" aria-label={`${words} ${escapeControls(pattern)}`} onClick={act}>
      {words}
    </button>
  );
}
