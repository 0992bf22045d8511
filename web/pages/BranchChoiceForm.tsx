// The form that says which branches of a repository are followed.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type AriaAttributes, type FormEvent, type ReactNode, useId, useRef, useState } from "react";
import type { BranchChoice } from "../../src/domain/branch-choice.ts";
import { problemOf } from "../api.ts";
import { type BranchProblems, choiceOfDraft, draftOfChoice, isChanged } from "../branch-draft.ts";
import { repositoryQuery, rowsKey } from "../queries.ts";
import { patchRepository } from "../settings-api.ts";
import { Untrusted } from "../ui/Untrusted.tsx";

/** Text that fills a list: 50 names of 256 bytes, with what stands between them. */
const MAX_LIST = 13_000;

const LISTS = [
  { field: "also", words: "Also follow", example: "release/*" },
  { field: "never", words: "Never follow", example: "dependabot/*" },
] as const;

/** Draws the form. @param name as in the page's address */
export function BranchChoiceForm({ name, choice }: { name: string; choice: BranchChoice }): ReactNode {
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const client = useQueryClient();
  const [draft, setDraft] = useState(() => draftOfChoice(choice));
  const [problems, setProblems] = useState<BranchProblems>({});
  const { mutate, isPending, isSuccess, error, reset } = useMutation({
    mutationFn: (branches: BranchChoice) =>
      patchRepository(name, { branches: { ...branches, also: [...branches.also], never: [...branches.never] } }),
    onSuccess: async (changed, saved) => {
      client.setQueryData(repositoryQuery(name).queryKey, changed);
      setDraft(draftOfChoice(saved));
      await client.invalidateQueries({ queryKey: rowsKey(name) });
    },
  });
  const change = (part: Partial<typeof draft>): void => {
    setDraft({ ...draft, ...part });
    setProblems({});
    reset();
  };
  const save = (event: FormEvent): void => {
    event.preventDefault();
    const wanted = choiceOfDraft(draft);
    if ("choice" in wanted) return mutate(wanted.choice);
    setProblems(wanted.problems);
    const [first] = Object.keys(wanted.problems);
    form.current?.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
  };
  const told = (field: keyof BranchProblems) => ({
    "aria-invalid": problems[field] !== undefined,
    "aria-describedby": problems[field] === undefined ? undefined : `${id}-${field}`,
  });
  const problem = (field: keyof BranchProblems): ReactNode =>
    problems[field] === undefined ? null : (
      <div className="worse" id={`${id}-${field}`} role="alert">
        <Untrusted text={problems[field]} />
      </div>
    );
  return (
    <form ref={form} className="branch-choice" onSubmit={save}>
      <div role="radiogroup" aria-label="Age of followed branches">
        <div className="ages">
          <label className="check">
            <input type="radio" name="age" checked={!draft.all} onChange={() => change({ all: false })} />
            Branches with a commit in the last
          </label>
          <span className="days">
            <input
              type="text"
              inputMode="numeric"
              name="days"
              className="mono"
              aria-label="Days"
              maxLength={9}
              autoComplete="off"
              disabled={draft.all}
              value={draft.days}
              onChange={(event) => change({ days: event.target.value })}
              {...told("days")}
            />{" "}
            days
          </span>
        </div>
        {problem("days")}
        <label className="check">
          <input type="radio" name="age" checked={draft.all} onChange={() => change({ all: true })} />
          All branches, however old
        </label>
      </div>
      <div className="lists">
        {LISTS.map(({ field, words, example }) => (
          <div key={field}>
            <NameList
              field={field}
              words={words}
              example={example}
              value={draft[field]}
              change={(names) => change({ [field]: names })}
              told={told(field)}
            />
            {problem(field)}
          </div>
        ))}
      </div>
      <p className="dim">
        One name a line; * stands for any text, slashes too. The default branch is followed in any case, and those that
        keep figures, as gh-pages does, unless they are never followed.
      </p>
      <div className="save">
        <button type="submit" disabled={isPending || !isChanged(draft, choice)}>
          {isPending ? "Saving …" : "Save"}
        </button>
        <span className="dim" role="status">
          {isSuccess ? "Saved." : ""}
        </span>
      </div>
      {error === null ? null : (
        <div className="worse" role="alert">
          <Untrusted text={problemOf(error).detail} />
        </div>
      )}
    </form>
  );
}

/** A list of names, one a line. */
function NameList(props: {
  field: string;
  words: string;
  example: string;
  value: string;
  change: (names: string) => void;
  told: AriaAttributes;
}): ReactNode {
  return (
    <label>
      {props.words}
      <textarea
        name={props.field}
        className="mono"
        rows={3}
        maxLength={MAX_LIST}
        placeholder={props.example}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        value={props.value}
        onChange={(event) => props.change(event.target.value)}
        {...props.told}
      />
    </label>
  );
}
