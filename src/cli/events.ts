// `tidemark events list|show|retry`: what happened to a repository, why, what came and running it again, as the operator.
import { isUtf8 } from "node:buffer";
import type { Command } from "commander";
import { TidemarkError } from "../errors.ts";
import { readEventDetail, readEventPage, readWholeBody } from "../reads/events.ts";
import { readStrayDetail, readStrayPage, readWholeStrayBody } from "../reads/stray-deliveries.ts";
import { EVENT_SOURCES, EVENT_STATES } from "../store/event.ts";
import type { StoredBody } from "../store/event-page.ts";
import type { CommandContext } from "./context.ts";
import { DATA_OPTION, type DataOption } from "./data-folder.ts";
import { EXIT } from "./effects.ts";
import { eventDetailLines, eventLines } from "./events-output.ts";
import { retryOfRepository, retryOfWebhook } from "./events-retry.ts";
import { examples } from "./examples.ts";
import { find, findHook, onInstallation, type Opened } from "./on-installation.ts";
import { paintFor } from "./paint.ts";

/** Most events that are listed at once. */
const MOST = 1_000;

interface PlaceOption extends DataOption {
  /** a webhook for all repositories, in place of a repository */
  readonly webhook?: string;
}

interface ListOptions extends PlaceOption {
  readonly number: string;
  readonly state?: string;
  readonly source?: string;
  readonly json?: boolean;
}

interface ShowOptions extends PlaceOption {
  readonly json?: boolean;
  readonly body?: boolean;
}

const WEBHOOK_OPTION = [
  "--webhook <address>",
  "a webhook for all repositories, by its address or number: its deliveries that led to no repository",
] as const;

/** Adds `tidemark events` with its commands. */
export function register(program: Command, context: CommandContext): void {
  const events = program
    .command("events")
    .description("what happened to a repository, why, and what became of it")
    .addHelpText(
      "after",
      examples(
        ["tidemark events list owner/name", "the newest 20"],
        ["tidemark events list owner/name --state dead", "what was given up"],
        ["tidemark events show owner/name 42 --body", "what a webhook delivered, as it came"],
        ["tidemark events retry owner/name 42", "run it again, and wait for it"],
        [
          "tidemark events list --webhook https://host/hooks/1f…",
          "what it delivered about repositories not followed here",
        ],
        [
          "tidemark events retry --webhook https://host/hooks/1f… 43",
          "read one once more, after its repository was added",
        ],
      ),
    );
  events
    .command("list")
    .description("the newest events of a repository, or what a webhook for all repositories delivered that led to none")
    .argument("[repository]", "its name or id; none with --webhook")
    .option(...WEBHOOK_OPTION)
    .option("-n, --number <count>", `how many, at most ${MOST}`, "20")
    .option("--state <state>", `only those: ${EVENT_STATES.join(", ")}`)
    .option("--source <source>", `only those because of: ${EVENT_SOURCES.join(", ")}`)
    .option("--json", "for programs")
    .option(...DATA_OPTION)
    .action((name: string | undefined, options: ListOptions) => context.run(() => list(context, name, options)));
  events
    .command("show")
    .description("one event: what it named, what it led to, what came")
    .argument("[repository]", "its name or id; none with --webhook")
    .argument("[event]", "its number in the list")
    .option(...WEBHOOK_OPTION)
    .option("--body", "only the body of the delivery, whole; what is no text in base64")
    .option("--json", "for programs; up to 64 KiB of the body")
    .option(...DATA_OPTION)
    .action((name: string | undefined, event: string | undefined, options: ShowOptions) =>
      context.run(() => show(context, namedIn(name, event, options), options)),
    );
  events
    .command("retry")
    .description("run an event again, and wait for what becomes of it")
    .argument("[repository]", "its name or id; none with --webhook")
    .argument("[event]", "its number in the list")
    .option(...WEBHOOK_OPTION)
    .option(...DATA_OPTION)
    .action((name: string | undefined, event: string | undefined, options: PlaceOption) =>
      context.run(() => retry(context, namedIn(name, event, options), options)),
    );
}

/** With --webhook the only word is the event. */
function namedIn(
  name: string | undefined,
  event: string | undefined,
  { webhook }: PlaceOption,
): readonly [string | undefined, string | undefined] {
  return webhook !== undefined && event === undefined ? [undefined, name] : [name, event];
}

function wrong(attempt: string, value: string, found: string, wanted: string): TidemarkError {
  return new TidemarkError("bad-argument", { attempt, value, found, wanted });
}

function countOf(text: string): number {
  const count = /^[1-9]\d{0,3}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= MOST) return count;
  throw wrong("list so many events", text, "no such number", `a whole number from 1 to ${MOST}`);
}

function chosen<T extends string>(text: string | undefined, known: readonly T[], what: string): readonly T[] {
  if (text === undefined) return [];
  const found = known.find((each) => each === text);
  if (found === undefined) throw wrong(`list events by the ${what}`, text, "none of these", known.join(", "));
  return [found];
}

function eventOf(text: string): string {
  if (/^[1-9]\d{0,17}$/.test(text)) return text;
  throw wrong("find the event", text, "no number", "a number that tidemark events list shows");
}

/** Whose events are meant. */
type Place = { readonly repository: string } | { readonly webhook: string };

/** @throws TidemarkError `bad-argument` where it is neither one nor the other, or both */
function placeOf(name: string | undefined, { webhook }: PlaceOption): Place {
  const attempt = "find the events";
  const wanted = "the name or id of a repository, or --webhook with the address of one for all repositories";
  if (webhook !== undefined) {
    if (name !== undefined) throw wrong(attempt, name, "a repository beside --webhook", "one of the two");
    return { webhook };
  }
  if (name === undefined) throw wrong(attempt, "", "neither a repository nor a webhook", wanted);
  return { repository: name };
}

/** @throws TidemarkError `bad-argument` where it is none */
function numberOf(event: string | undefined, place: Place, verb: "show" | "retry"): string {
  if (event !== undefined) return eventOf(event);
  const attempt = verb === "show" ? "show an event of" : "run an event again of";
  if ("webhook" in place)
    throw wrong(attempt, place.webhook, "no number of an event", "one that tidemark events list --webhook shows");
  const wanted = `the repository first and then the event: tidemark events ${verb} owner/name 42`;
  throw wrong(attempt, place.repository, "no more than this", wanted);
}

function list(context: CommandContext, name: string | undefined, options: ListOptions): Promise<number> {
  const place = placeOf(name, options);
  const limit = countOf(options.number);
  const states = chosen(options.state, EVENT_STATES, "state");
  const sources = chosen(options.source, EVENT_SOURCES, "source");
  if ("webhook" in place && options.source !== undefined)
    throw wrong("list events by the source", options.source, "--source beside --webhook", "one of the two");
  return onInstallation(context, options, { purpose: "tidemark events list", works: false }, async (opened) => {
    const { out } = context.effects;
    const { organizationId } = opened.owner;
    const { events } =
      "webhook" in place
        ? await readStrayPage(opened.reads, organizationId, await findHook(opened, place.webhook), { limit, states })
        : await readEventPage(opened.reads, organizationId, await idOf(opened, place.repository, "list"), {
            limit,
            states,
            sources,
          });
    if (options.json === true) out.write(`${JSON.stringify(events, null, 2)}\n`);
    else if (events.length === 0) out.write("Nothing of this kind has happened.\n");
    else {
      const look = { width: out.width, paint: paintFor(out.colour), now: context.effects.now() };
      for (const line of eventLines(events, look)) out.write(`${line}\n`);
    }
    return EXIT.done;
  });
}

async function idOf(opened: Opened, name: string, verb: string): Promise<string> {
  return (await find(opened, name, `${verb} the events of the repository`)).id;
}

/** What is shown of an event, wherever it is. */
interface ShownEvent {
  readonly whole: () => Promise<StoredBody>;
  readonly detail: () => Promise<Parameters<typeof eventDetailLines>[0]>;
}

async function shownEvent(opened: Opened, place: Place, event: string): Promise<ShownEvent> {
  const { reads } = opened;
  const { organizationId } = opened.owner;
  if ("webhook" in place) {
    const webhook = await findHook(opened, place.webhook);
    return {
      whole: () => readWholeStrayBody(reads, organizationId, webhook, event),
      detail: () => readStrayDetail(reads, organizationId, webhook, event),
    };
  }
  const id = await idOf(opened, place.repository, "show");
  return {
    whole: () => readWholeBody(reads, organizationId, id, event),
    detail: () => readEventDetail(reads, organizationId, id, event),
  };
}

function show(
  context: CommandContext,
  [name, event]: readonly [string | undefined, string | undefined],
  options: ShowOptions,
): Promise<number> {
  const place = placeOf(name, options);
  const number = numberOf(event, place, "show");
  return onInstallation(context, options, { purpose: "tidemark events show", works: false }, async (opened) => {
    const { out } = context.effects;
    const shown = await shownEvent(opened, place, number);
    if (options.body === true) {
      const { bytes } = await shown.whole();
      const isText = isUtf8(bytes);
      out.write(Buffer.from(bytes).toString(isText ? "utf8" : "base64"));
      if (!isText) context.effects.err.write("note: it is no text, and written in base64\n");
      return EXIT.done;
    }
    const detail = await shown.detail();
    if (options.json === true) out.write(`${JSON.stringify(detail, null, 2)}\n`);
    else for (const line of eventDetailLines(detail, context.effects.now())) out.write(`${line}\n`);
    return EXIT.done;
  });
}

function retry(
  context: CommandContext,
  [name, event]: readonly [string | undefined, string | undefined],
  options: PlaceOption,
): Promise<number> {
  const place = placeOf(name, options);
  const number = numberOf(event, place, "retry");
  return onInstallation(context, options, { purpose: "tidemark events retry", works: true }, (opened) =>
    "webhook" in place
      ? retryOfWebhook(context, opened, [place.webhook, number], options)
      : retryOfRepository(context, opened, [place.repository, number], options),
  );
}
