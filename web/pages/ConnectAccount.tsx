// The form that connects an account at a Git server by a token.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import type { ConnectableProvider } from "../../src/api/contract/accounts.ts";
import { tokenPageAt } from "../../src/domain/provider-address.ts";
import { postAccount } from "../accounts-api.ts";
import { accountsQuery } from "../accounts-queries.ts";
import { problemOf } from "../api.ts";
import { isUntried, TRIED_LATER } from "../account-words.ts";
import { SecretField } from "../ui/SecretField.tsx";
import { Untrusted } from "../ui/Untrusted.tsx";

interface Typed {
  readonly kind: ConnectableProvider["kind"];
  readonly server: string;
  readonly login: string;
  readonly token: string;
  readonly shared: boolean;
}

const NOTHING = { server: "", login: "", token: "" };

/** Draws the form. */
export function ConnectAccount({ providers }: { providers: readonly ConnectableProvider[] }): ReactNode {
  const id = useId();
  const [typed, setTyped] = useState<Typed>({ ...NOTHING, kind: providers[0]?.kind ?? "github", shared: false });
  const [lacks, setLacks] = useState<string | null>(null);
  const client = useQueryClient();
  const { mutate, isPending, error, data, reset } = useMutation({
    mutationFn: ({ kind, server, login, token, shared }: Typed) =>
      postAccount({
        kind,
        token,
        ...(server.trim() === "" ? {} : { server: server.trim() }),
        ...(login.trim() === "" ? {} : { login: login.trim() }),
        ...(shared ? { shared } : {}),
      }),
    onSuccess: () => {
      setTyped({ ...typed, ...NOTHING });
      return client.invalidateQueries({ queryKey: accountsQuery.queryKey });
    },
  });
  const provider = providers.find(({ kind }) => kind === typed.kind);
  const change = (part: Partial<Typed>): void => {
    setTyped({ ...typed, ...part });
    setLacks(null);
    if (error !== null || data !== undefined) reset();
  };
  const isPlain = typed.kind === "plain";
  const problem = lacks ?? (error === null ? null : problemOf(error).detail);
  return (
    <form
      className="connect"
      onSubmit={(event) => {
        event.preventDefault();
        const missing = lackOf(typed, provider);
        setLacks(missing);
        if (missing === null) mutate(typed);
      }}
    >
      <h2>Connect an account</h2>
      <div className="labelled">
        <label htmlFor={`${id}-kind`}>Server</label>
        <select
          id={`${id}-kind`}
          value={typed.kind}
          onChange={(event) => change({ ...NOTHING, kind: event.target.value as Typed["kind"] })}
        >
          {providers.map(({ kind, label }) => (
            <option key={kind} value={kind}>
              {label}
            </option>
          ))}
        </select>
      </div>
      <TextField
        id={`${id}-server`}
        label="Address"
        placeholder={provider?.publicUrl ?? "https://git.example.org"}
        value={typed.server}
        change={(server) => change({ server })}
      />
      {provider?.takesLogin === true ? (
        <TextField
          id={`${id}-login`}
          label={typed.kind === "bitbucket" ? "E-mail address there (of an API token)" : "Login"}
          placeholder=""
          value={typed.login}
          change={(login) => change({ login })}
        />
      ) : null}
      <SecretField
        id={`${id}-token`}
        label={isPlain ? "Password or token" : "Token"}
        value={typed.token}
        problem={null}
        onChange={(token) => change({ token })}
      />
      <WantedScopes provider={provider} server={typed.server} />
      <label className="check">
        <input type="checkbox" checked={typed.shared} onChange={(event) => change({ shared: event.target.checked })} />
        Share it with the team
      </label>
      <div className="connect-end">
        <button type="submit" className="go" disabled={isPending}>
          {isPending ? "Trying it …" : "Connect"}
        </button>
        <span role="status">
          {data === undefined ? null : (
            <span className="better">
              {isUntried(data) ? "Stored" : "Connected"}: <Untrusted text={data.login} /> at {data.label}
              {isUntried(data) ? `; ${TRIED_LATER}` : ""}
            </span>
          )}
        </span>
      </div>
      {problem === null ? null : (
        <div className="worse" role="alert">
          <Untrusted text={problem} />
        </div>
      )}
    </form>
  );
}

/** @returns what has still to be typed, or null */
function lackOf({ server, login, token }: Typed, provider: ConnectableProvider | undefined): string | null {
  if (provider?.publicUrl === null && server.trim() === "")
    return "Enter the address of the server, such as https://git.example.org.";
  if (provider?.needsLogin === true && login.trim() === "") return "Enter your login there.";
  return token === "" ? (provider?.kind === "plain" ? "Enter the password or token." : "Enter the token.") : null;
}

/** What a token should have, and where it is made. */
function WantedScopes({ provider, server }: { provider: ConnectableProvider | undefined; server: string }): ReactNode {
  if (provider === undefined) return null;
  const { wanted, label, kind } = provider;
  const tokenPage = tokenPageAt(provider, server);
  const isOwn = tokenPage !== null && tokenPage !== provider.tokenPage;
  return (
    <div className="dim wanted">
      {kind === "plain"
        ? "The password is tried at once, at the private repository whose address you give; with the server’s alone, at those of its repositories here that want one. Where there is none, it is tried when the first one is read."
        : null}
      {wanted.length === 0 ? null : (
        <>
          The token should have:
          <ul>
            {wanted.map(({ scope, purpose }) => (
              <li key={scope}>
                <code>{scope}</code> {purpose}
              </li>
            ))}
          </ul>
        </>
      )}
      {tokenPage === null ? null : (
        <a href={tokenPage} target="_blank" rel="noreferrer" className="underlined">
          Make one at {isOwn ? <Untrusted text={new URL(tokenPage).host} /> : label}
        </a>
      )}
    </div>
  );
}

interface TextFieldProps {
  readonly id: string;
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly change: (value: string) => void;
}

function TextField({ id, label, placeholder, value, change }: TextFieldProps): ReactNode {
  return (
    <div className="labelled">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="text"
        className="mono"
        placeholder={placeholder}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        maxLength={2_000}
        value={value}
        onChange={(event) => change(event.target.value)}
      />
    </div>
  );
}
