// What names the rows of one file's arrays: the fields that there are, and the names that they would give.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import type { FileRows, MAX_IDENTITY_CHOICE, RowArray } from "../../src/api/contract/files.ts";
import { postRowNames, problemOf } from "../api.ts";
import { filesQuery, repositoryQuery, rowsQuery } from "../queries.ts";
import { count } from "../times.ts";
import { Untrusted } from "../ui/Untrusted.tsx";

/** Names that are shown of a choice. */
const SHOWN_NAMES = 8;
const MAX_FIELDS: typeof MAX_IDENTITY_CHOICE = 5;

/** Draws the section. @param repository as in the page's address */
export function RowNames({ repository, path }: { repository: string; path: string }): ReactNode {
  const { data, error } = useQuery({ ...rowsQuery(repository, { path }), retry: false });
  const head = useRef<HTMLHeadingElement>(null);
  const id = useId();
  useEffect(() => head.current?.focus(), []);
  return (
    <section aria-labelledby={id} className="row-names">
      <h2 id={id} ref={head} tabIndex={-1}>
        Names of the rows in{" "}
        <code>
          <Untrusted text={path} />
        </code>
      </h2>
      {error !== null ? (
        <p className="worse" role="alert">
          <Untrusted text={problemOf(error).detail} />
        </p>
      ) : data === undefined ? (
        <p className="dim">Looking …</p>
      ) : data.arrays.length === 0 ? (
        <p className="dim">Its newest version has no list of objects: there is nothing to name.</p>
      ) : (
        data.arrays.map((array) => (
          <ArrayNames key={`${array.array} ${array.by}`} repository={repository} path={path} array={array} />
        ))
      )}
    </section>
  );
}

const BY = { chosen: "as somebody chose", tool: "as its tool does", inferred: "as Tidemark found" } as const;

function ArrayNames({ repository, path, array }: { repository: string; path: string; array: RowArray }): ReactNode {
  const { array: key, rows, now, by, fields } = array;
  const [chosen, setChosen] = useState<readonly string[]>(now ?? []);
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: (names: readonly string[] | null) =>
      postRowNames(repository, { path, array: key, fields: names === null ? null : [...names] }),
    onSuccess: async () => {
      void client.invalidateQueries({ queryKey: repositoryQuery(repository).queryKey });
      await client.invalidateQueries({ queryKey: rowsQuery(repository, { path }).queryKey });
      await client.invalidateQueries({ queryKey: filesQuery(repository).queryKey });
    },
  });
  const isSame = chosen.length === now?.length && chosen.every((name, index) => name === now[index]);
  const toggle = (name: string): void =>
    setChosen(chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name]);
  return (
    <fieldset>
      <legend>
        {key === "" ? (
          "The list"
        ) : (
          <code>
            <Untrusted text={key} />
          </code>
        )}{" "}
        <span className="dim">
          {count(rows, "row")}, named by {now === null ? "their position" : <Untrusted text={now.join(", ")} />}
          {by === null ? "" : ` (${BY[by]})`}
        </span>
      </legend>
      <div className="fields-of-rows">
        {fields.map(({ name, rows: present, different, examples }) => (
          <label key={name} className="check">
            <input
              type="checkbox"
              checked={chosen.includes(name)}
              disabled={!chosen.includes(name) && chosen.length >= MAX_FIELDS}
              onChange={() => toggle(name)}
            />
            <span>
              <code>
                <Untrusted text={name} />
              </code>{" "}
              <span className="dim">
                {different === present && present === rows ? "all different" : `${different} different`}
                {present < rows ? `, in ${present} of ${rows} rows` : ""}
                {examples.length === 0 ? null : (
                  <>
                    : <Untrusted text={examples.join(", ")} />
                  </>
                )}
              </span>
            </span>
          </label>
        ))}
      </div>
      <NamesPreview repository={repository} path={path} array={key} chosen={chosen} />
      <div className="row-buttons">
        <button
          type="button"
          className="go"
          disabled={chosen.length === 0 || (isSame && by === "chosen") || save.isPending}
          onClick={() => save.mutate(chosen)}
        >
          {save.isPending ? "Saving …" : "Name rows so and read again"}
        </button>
        {by === "chosen" ? (
          <button type="button" disabled={save.isPending} onClick={() => save.mutate(null)}>
            Leave it to Tidemark
          </button>
        ) : null}
      </div>
      {save.error === null ? null : (
        <div className="worse" role="alert">
          <Untrusted text={problemOf(save.error).detail} />
        </div>
      )}
    </fieldset>
  );
}

interface NamesPreviewProps {
  readonly repository: string;
  readonly path: string;
  readonly array: string;
  readonly chosen: readonly string[];
}

/** The names that the chosen fields give, and whether each row has one of its own. */
function NamesPreview({ repository, path, array, chosen }: NamesPreviewProps): ReactNode {
  const query = useQuery({
    ...rowsQuery(repository, { path, array, fields: chosen }),
    enabled: chosen.length > 0,
    retry: false,
  });
  const names = chosen.length === 0 ? null : query.data?.names;
  return (
    <div role="status" className="names-preview">
      {names == null ? (
        <span className="dim">{chosen.length === 0 ? "Choose one field or several." : "Looking …"}</span>
      ) : (
        <>
          <Verdict names={names} />
          <div className="keys dim">
            {names.names.slice(0, SHOWN_NAMES).map((name, index) => (
              // names may come twice: their place tells them apart
              // oxlint-disable-next-line react/no-array-index-key
              <code key={`${name} ${index}`}>
                <Untrusted text={name} />
              </code>
            ))}
            {names.rows > SHOWN_NAMES ? " …" : null}
          </div>
        </>
      )}
    </div>
  );
}

function Verdict({ names }: { names: NonNullable<FileRows["names"]> }): ReactNode {
  const { rows, unnamed, repeated } = names;
  if (unnamed === 0 && repeated === 0)
    return <span className="better">Each of the {count(rows, "row")} has a name of its own.</span>;
  const parts = [
    ...(repeated === 0
      ? []
      : [`${count(repeated, "row has", "rows have")} the name of another one and would be numbered`]),
    ...(unnamed === 0 ? [] : [`${count(unnamed, "row lacks", "rows lack")} a field and would be named by position`]),
  ];
  return (
    <span className="worse">
      Of {count(rows, "row")}, {parts.join("; ")}.
    </span>
  );
}
