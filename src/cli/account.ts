// `tidemark account add|list|remove`: accounts at Git servers, from the terminal, as the operator.
import type { Command } from "commander";
import { PROVIDER_KINDS, proofAt, type ProviderKind } from "../domain/provider-kind.ts";
import { tokenPageAt } from "../domain/provider-address.ts";
import { escapeControls } from "../domain/safe-text.ts";
import { isTidemarkError, TidemarkError } from "../errors.ts";
import { assertNoToken } from "../workspace/account-address.ts";
import { accountCalls, type AccountCalls } from "../workspace/account-calls.ts";
import type { AccountPerson } from "../workspace/account-person.ts";
import { type AccountView, connectableProviders } from "../workspace/list-accounts.ts";
import type { CommandContext } from "./context.ts";
import { DATA_OPTION, type DataOption } from "./data-folder.ts";
import { EXIT } from "./effects.ts";
import { examples } from "./examples.ts";
import { onInstallation } from "./on-installation.ts";

interface AddOptions extends DataOption {
  readonly login?: string;
  readonly shared?: boolean;
}

interface RemoveOptions extends DataOption {
  readonly leaveWebhooks?: boolean;
}

/** Adds `tidemark account` with its commands. */
export function register(program: Command, context: CommandContext): void {
  const account = program
    .command("account")
    .description("accounts at Git servers, which private repositories are read with")
    .addHelpText(
      "after",
      examples(
        ["tidemark account add github", "asks for the token; of github.com"],
        [
          "tidemark account add plain https://git.example.org/lab/losses.git --login ada",
          "asks for the password, which is tried at that repository",
        ],
        ["tidemark account add gitea https://git.example.org < token.txt", "the first line of a file"],
      ),
    );
  account
    .command("add")
    .description(
      "connect an account, or give one that is there another token or password: it is asked for, tried at once and stored sealed",
    )
    .argument("<kind>", `what the server runs: ${PROVIDER_KINDS.join(", ")}`)
    .argument(
      "[server]",
      "its address; without one github.com, gitlab.com or bitbucket.org; of a plain server a private repository's address there, at which the password is tried",
    )
    .option(
      "--login <name>",
      "your name there; needed for plain servers and for API tokens of Bitbucket (your e-mail address)",
    )
    .option("--shared", "the whole team may use it")
    .option(...DATA_OPTION)
    .action((kind: string, server: string | undefined, options: AddOptions) =>
      context.run(() => add(context, kind, server ?? "", options)),
    );
  account
    .command("list")
    .description(
      "accounts, what their tokens may not do, which passwords are not tried yet, and what is wrong with them",
    )
    .option("--json", "for programs")
    .option(...DATA_OPTION)
    .action((options: DataOption & { json?: boolean }) => context.run(() => list(context, options)));
  account
    .command("remove")
    .description(
      "remove an account with its token or password; its repositories are followed on as anybody may read them",
    )
    .argument("<id>", "its number in the list")
    .option("--leave-webhooks", "also where a webhook that it could remove is still at its server")
    .option(...DATA_OPTION)
    .action((id: string, options: RemoveOptions) => context.run(() => remove(context, id, options)));
}

function kindOf(text: string): ProviderKind {
  const kind = PROVIDER_KINDS.find((known) => known === text);
  if (kind !== undefined) return kind;
  const parts = { found: "none of these", wanted: PROVIDER_KINDS.join(", ") };
  throw new TidemarkError("bad-argument", { attempt: "connect an account of the kind", value: text, ...parts });
}

function withAccounts(
  context: CommandContext,
  options: DataOption,
  command: string,
  work: (calls: AccountCalls, person: AccountPerson) => Promise<number>,
): Promise<number> {
  const asked = { purpose: `tidemark account ${command}`, works: false };
  return onInstallation(context, options, asked, ({ database, keyring, allow, owner }) =>
    work(accountCalls({ database, keyring, allow, now: () => context.effects.now() }), { ...owner, isAdmin: true }),
  );
}

async function add(context: CommandContext, name: string, server: string, options: AddOptions): Promise<number> {
  const { effects } = context;
  const kind = kindOf(name);
  const provider = connectableProviders().find((known) => known.kind === kind);
  const { login = "", shared } = options;
  if (provider?.needsLogin === true && login === "") {
    const parts = { value: provider.label, found: "no login", wanted: "--login with your name there" };
    throw new TidemarkError("bad-argument", { attempt: "connect an account at", ...parts });
  }
  if (provider?.publicUrl === null && server === "") {
    const parts = { value: provider.label, found: "no address", wanted: "it after the kind: https://git.example.org" };
    throw new TidemarkError("bad-argument", { attempt: "connect an account at", ...parts });
  }
  assertNoToken(provider?.label ?? kind, server);
  const page = provider === undefined ? null : tokenPageAt(provider, server);
  if (page !== null) effects.err.write(`A token is made at ${page}\n`);
  const token = await effects.readSecret(kind === "plain" ? "Password or token: " : "Token: ");
  return withAccounts(context, options, "add", async (calls, person) => {
    const id = await calls.connect(person, { kind, server, login, token, shared });
    const view = (await calls.list(person)).find((account) => account.id === id);
    if (view !== undefined) effects.out.write(`${isUntried(view) ? "Stored" : "Connected"}: ${listed(view)}`);
    return EXIT.done;
  });
}

function list(context: CommandContext, options: DataOption & { json?: boolean }): Promise<number> {
  return withAccounts(context, options, "list", async (calls, person) => {
    const { out } = context.effects;
    const views = await calls.list(person);
    if (options.json === true) out.write(`${JSON.stringify(views, null, 2)}\n`);
    else if (views.length === 0) out.write("No accounts yet: tidemark account add <kind>\n");
    else for (const view of views) out.write(listed(view));
    return EXIT.done;
  });
}

/** Whether nobody has seen yet that the server takes it. */
function isUntried({ kind, state, checkedAt }: AccountView): boolean {
  return kind === "plain" && state === "active" && checkedAt === null;
}

/** It was tried at once where a repository there could tell. */
const UNTRIED =
  "Its password is not tried yet: no private repository there is followed. It is tried when the first one is read.";

/** One line of the account, and one of each thing that is not as it should be. */
function listed(view: AccountView): string {
  const { id, name, login, baseUrl, shared, state, problem, missing, tokenPage, repositories } = view;
  const { leftWebhooks } = view;
  const who = login === "" || login === name ? name : `${name} (${login})`;
  const marks = [
    isUntried(view) ? "stored" : state,
    ...(shared ? ["shared"] : []),
    `${repositories} ${repositories === 1 ? "repository" : "repositories"}`,
  ];
  const lines = [`${id}  ${who} at ${baseUrl}: ${marks.join(", ")}`];
  if (problem !== null) lines.push(`   ${problem}`);
  else if (isUntried(view)) lines.push(`   ${UNTRIED}`);
  if (leftWebhooks !== null) {
    const isOne = leftWebhooks.count === 1;
    const what = isOne
      ? "1 webhook that was removed here is"
      : `${leftWebhooks.count} webhooks that were removed here are`;
    lines.push(`   ${what} still there: a running server tries to remove ${isOne ? "it" : "them"} again.`);
  }
  for (const { scope, purpose } of missing)
    lines.push(`   Its token lacks ${scope}${purpose === "" ? "" : `, which is wanted ${purpose}`}.`);
  // a server that wants to be left alone, and a key that is not here, have nothing to do with the token
  const isOfToken = missing.length > 0 || state === "refused" || state === "expired";
  if (tokenPage !== null && isOfToken) lines.push(`   It is changed at ${tokenPage}`);
  return `${lines.map(escapeControls).join("\n")}\n`;
}

function remove(context: CommandContext, id: string, options: RemoveOptions): Promise<number> {
  return withAccounts(context, options, "remove", async (calls, person) => {
    const kind = (await calls.list(person)).find((view) => view.id === id)?.kind ?? "github";
    const names = await calls
      .remove(person, id, { leave: options.leaveWebhooks === true })
      .catch((error: unknown): never => {
        if (!isTidemarkError(error, "webhook-left")) throw error;
        const wanted = `${error.parts.wanted}: --leave-webhooks`;
        throw new TidemarkError("webhook-left", { ...error.parts, wanted });
      });
    const { out } = context.effects;
    out.write(`The account is removed, and its ${proofAt(kind)} with it.\n`);
    if (names.length > 0) {
      const of = names.map(escapeControls).join(", ");
      out.write(`Followed on without it, as anybody may read them: ${of}\n`);
    }
    return EXIT.done;
  });
}
