// The form that gives an account another token, or another password.
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import { patchAccount } from "../accounts-api.ts";
import { problemOf } from "../api.ts";
import { SecretField } from "../ui/SecretField.tsx";

/** What the form is made of. */
export interface TokenFormProps {
  readonly account: string;
  readonly proof: "password" | "token";
  /** where tokens are made */
  readonly tokenPage: string | null;
  readonly done: () => void;
}

/** Draws the form. */
export function TokenForm({ account, proof, tokenPage, done }: TokenFormProps): ReactNode {
  const id = useId();
  const [token, setToken] = useState("");
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: () => patchAccount(account, { token }),
    onSuccess: done,
  });
  return (
    <form
      className="token-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (token !== "") mutate();
      }}
    >
      <SecretField
        id={id}
        label={`New ${proof}`}
        value={token}
        problem={error === null ? null : problemOf(error).detail}
        onChange={(value) => {
          setToken(value);
          if (error !== null) reset();
        }}
      />
      <button type="submit" className="go" disabled={isPending || token === ""}>
        {isPending ? "Trying it …" : "Replace"}
      </button>
      {tokenPage === null ? null : (
        <a href={tokenPage} target="_blank" rel="noreferrer" className="underlined">
          Where tokens are made
        </a>
      )}
    </form>
  );
}
