// Signs out and forgets all answers.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { endSession } from "../api.ts";
import { signInPage } from "../paths.ts";
import { tellSession } from "../session-tabs.ts";
import { useGoTo } from "./PageLink.tsx";

/** Draws the button. */
export function SignOutButton(): ReactNode {
  const client = useQueryClient();
  const goTo = useGoTo();
  const { mutate, isPending } = useMutation({
    mutationFn: endSession,
    // also when it failed because the session had ended already
    onSettled: () => {
      tellSession(null);
      client.clear();
      goTo(signInPage());
    },
  });
  return (
    <button type="button" className="quiet" disabled={isPending} onClick={() => mutate()}>
      Sign out
    </button>
  );
}
