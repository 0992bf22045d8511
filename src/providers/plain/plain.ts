// Any Git server of which only the address is known: its repositories are polled, and its hook is one line of shell.
import { PROVIDER_LABELS } from "../../domain/provider-kind.ts";
import type { Provider } from "../provider.ts";
import { tryPassword } from "./plain-trial.ts";

/** Most servers look at the password alone where it is a token. */
const gitLogin = (login: string): string => login || "git";

/** A plain Git server: nothing can be asked of it besides Git. */
export const plain: Provider = {
  kind: "plain",
  label: PROVIDER_LABELS.plain,
  publicUrl: null,
  wanted: [],
  gitLogin,
  accounts: null,
  trial: (call, access, address) => tryPassword(call, access, { address, gitLogin: gitLogin(access.login) }),
  repositories: null,
  webhooks: null,
  deliveries: null,
  refs: null,
  hookSteps: () => ({
    page: null,
    steps: [
      "On the Git server, open the folder of the bare repository and in it the folder “hooks”.",
      "Make the file “post-receive” there of the text that is shown below; where there is one, add the last line of it.",
      "Make it executable: chmod +x post-receive.",
      "Push something: the delivery appears on the Activity page of this repository.",
    ],
  }),
  tokenPage: () => null,
};
