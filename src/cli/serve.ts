// `tidemark serve`: the server with everything embedded, a repository or the demo in it, and the link that signs in.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import type { App } from "../app.ts";
import { type Config, parsePort, parseStandbys } from "../config.ts";
import { TidemarkError } from "../errors.ts";
import { checkGitVersion } from "../git/program.ts";
import { openStarter } from "../git/starter.ts";
import { createLog } from "../log.ts";
import { makeDemoRepository } from "../workspace/demo-history.ts";
import { noteServerAddress } from "../server-address.ts";
import { openBrowser } from "./browser.ts";
import type { CommandContext } from "./context.ts";
import { DATA_OPTION, type DataOption, withData } from "./data-folder.ts";
import { type Effects, EXIT } from "./effects.ts";
import { examples } from "./examples.ts";
import { signInLink } from "./owner-link.ts";
import { placeOf } from "./place.ts";
import { ensureWebApp, WEB_FOLDER } from "./web-build.ts";
import { WORKERS_OPTION, withWorkers } from "./worker.ts";

/** What the commands that serve pages can be told. */
export interface ServeOptions extends DataOption {
  readonly port?: string;
  readonly workers?: string;
  readonly replicas?: string;
  readonly open?: boolean;
  readonly demo?: boolean;
}

/** The demo is the same for everybody: docs, pictures and tests speak of its commits. */
const DEMO_SEED = 1;
const DAY_MS = 86_400_000;
const ROOT = join(import.meta.dirname, "..", "..");

/** Adds `tidemark serve`. */
export function register(program: Command, context: CommandContext): void {
  program
    .command("serve")
    .description("the server with everything embedded; without an address it shows a demo at first")
    .argument("[addresses...]", "Git URLs or folders to follow")
    .option(...DATA_OPTION)
    .option("--port <number>", "where it listens on 127.0.0.1; 0 takes any free port")
    .option(...WORKERS_OPTION)
    .option("--replicas <number>", "standbys of the embedded Postgres on this machine, which answer reads (0)")
    .option("--open", "open a browser, where there is a desktop")
    .option("--demo", "add the demo and Tidemark's own figures, also beside other repositories")
    .addHelpText(
      "after",
      examples(
        ["tidemark serve --open", "the demo, in the browser"],
        ["tidemark serve https://example.org/owner/name .", "a public repository, and the one you are in"],
      ),
    )
    .action((addresses: string[], options: ServeOptions) =>
      context.run(() => serve(context, options, { addresses, works: true })),
    );
}

function settings(context: CommandContext, options: ServeOptions): Config {
  const config = withStandbys(withWorkers(withData(context, options), options), options);
  return options.port === undefined ? config : { ...config, port: parsePort("--port", options.port) };
}

/** @throws TidemarkError `bad-setting`, also beside DATABASE_URL: another's server has its own standbys */
function withStandbys(config: Config, { replicas }: ServeOptions): Config {
  if (replicas === undefined) return config;
  const standbys = parseStandbys("--replicas", replicas);
  if (config.databaseUrl === null || standbys === 0) return { ...config, standbys };
  const parts = { found: "DATABASE_URL too", wanted: "the addresses of that server's standbys in TIDEMARK_REPLICAS" };
  throw new TidemarkError("bad-setting", { attempt: "use the setting", value: "--replicas", ...parts });
}

/**
 * Serves pages until it is told to stop.
 * @param work the addresses to follow, and whether this process brings repositories up to date
 */
export async function serve(
  context: CommandContext,
  options: ServeOptions,
  { addresses, works }: { readonly addresses: readonly string[]; readonly works: boolean },
): Promise<number> {
  const { effects } = context;
  const config = settings(context, options);
  const log = createLog({ level: config.logLevel, pretty: effects.err.isTerminal, destination: effects.err });
  const { warning } = await checkGitVersion();
  if (warning !== null) effects.err.write(`${warning}\n`);
  await ensureWebApp(effects);
  const { startApp } = await import("../app.ts");
  const { version } = await import("../../package.json", { with: { type: "json" } }).then((module) => module.default);
  const app = await startApp({ config, webFolder: WEB_FOLDER, version, log, now: () => effects.now(), works });
  const starter = openStarter(); // nobody waits for it
  const forget = await noteServerAddress(config.dataFolder, app.origin);
  try {
    // a wrong address stops the start: the person is looking at the terminal now
    for (const address of addresses) await app.follow(placeOf(address, effects.cwd));
    // at the first start only: a person who removed everything does not want it back
    const isFirst = works && addresses.length === 0 && app.followed === 0 && !existsSync(demoFolder(config));
    if (options.demo === true || isFirst) await followDemo(app, config, effects.now());
    if (!effects.signal.aborted) await greet(effects, app, config, options);
    const reason = await Promise.race([effects.stop.then(() => null), app.failed]);
    if (reason === null) return EXIT.done;
    log.error({ err: reason }, "the server cannot go on");
    return EXIT.failed;
  } finally {
    await forget();
    await app.close();
    await (await starter)();
  }
}

function demoFolder({ dataFolder }: Config): string {
  return join(dataFolder, "demo");
}

/** The demo, made on the spot, and Tidemark's own history where this is a clone of it. */
async function followDemo(app: App, config: Config, now: number): Promise<void> {
  const folder = demoFolder(config);
  // its branches are live, so its newest commit is of today
  if (!existsSync(folder)) await makeDemoRepository(folder, { seed: DEMO_SEED, endsAt: midnight(now) });
  await app.follow({ folder });
  if (existsSync(join(ROOT, ".git"))) await app.follow({ folder: ROOT, name: "tidemark" });
}

/** The last midnight (UTC) before `now` in ms, as seconds since 1970. */
function midnight(now: number): number {
  return Math.floor(now / DAY_MS) * (DAY_MS / 1_000);
}

async function greet(effects: Effects, app: App, config: Config, options: ServeOptions): Promise<void> {
  const link = signInLink(app.origin, (await app.ownerToken()).reveal());
  effects.out.write(`\nTidemark shows what every commit did to the numbers.\n\n  ${link}\n\n`);
  effects.out.write("The link signs you in once, within ten minutes; another one: tidemark owner-link\n");
  effects.out.write("Ctrl-C stops the server; when it runs again, an import goes on where it was.\n");
  if (app.madeKeyFile !== null) {
    effects.out.write(
      `Tokens and secrets will be sealed with the key in ${app.madeKeyFile}, made just now: a backup needs it.\n`,
    );
  }
  if (options.open === true && effects.out.isTerminal && effects.hasDesktop) await openBrowser(config.dataFolder, link);
}
