// Athena's calls: a statement is started once, looked at until it has ended, its pages are read, and it is stopped when
// nobody wants it (reference: storage.md, section 7.3).
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type GetQueryResultsOutput,
  type QueryExecution,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import type { EgressAllowance } from "../outbound.ts";
import { GuardedHandler } from "../outbound-handler.ts";
import type { Secret } from "../secrets.ts";
import { untilAborted } from "./until-aborted.ts";

/** Where statements run. */
export interface AthenaPlace {
  readonly workgroup: string;
  /** s3://bucket/prefix/ for results; null: the workgroup names it */
  readonly output: string | null;
  readonly database: string;
  /** null: by the SDK's usual chain */
  readonly region: string | null;
  /** null: by the SDK's usual chain */
  readonly keys: { readonly accessKey: Secret; readonly secretKey: Secret } | null;
}

/** What tests put in place of the usual. */
export interface AthenaClientOptions {
  /** an address without a path */
  readonly endpoint?: string;
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** Attempts of one call, by the SDK: network, 500, 503, too many requests. */
const MAX_ATTEMPTS = 5;
/** For each attempt, in milliseconds. */
const CALL_MS = 20_000;
/** For a start with all its attempts, in milliseconds. */
const START_MS = 40_000;
/** For saying that an answer is not wanted, in milliseconds. */
const STOP_MS = 5_000;
/** The same statement over the same objects has the same answer, since they never change: an hour saves its price. */
const REUSE_MINUTES = 60;
/** What the service gives at once. */
const PAGE_ROWS = 1_000;

/** Sends calls. What they throw is the SDK's. */
export class AthenaCalls {
  readonly #place: AthenaPlace;
  readonly #client: AthenaClient;

  constructor(place: AthenaPlace, allow: EgressAllowance, { endpoint }: AthenaClientOptions = {}) {
    this.#place = place;
    const own = endpoint === undefined ? null : { origin: new URL(endpoint).origin, names: [] };
    const { keys, region } = place;
    this.#client = new AthenaClient({
      ...(region !== null && { region }),
      ...(endpoint !== undefined && { endpoint }),
      ...(keys !== null && {
        credentials: { accessKeyId: keys.accessKey.reveal(), secretAccessKey: keys.secretKey.reveal() },
      }),
      requestHandler: new GuardedHandler(allow, { own, wallMs: CALL_MS }),
      maxAttempts: MAX_ATTEMPTS,
      retryMode: "standard",
    });
  }

  /**
   * Starts a statement. It goes on whoever leaves: else nobody would know what to stop.
   * @param token the same one never starts a second execution
   * @returns the id of the execution
   */
  async start(sql: string, token: string): Promise<string> {
    const signal = AbortSignal.timeout(START_MS);
    const { workgroup, output, database } = this.#place;
    const { QueryExecutionId: id } = await untilAborted(
      this.#client.send(
        new StartQueryExecutionCommand({
          QueryString: sql,
          ClientRequestToken: token,
          QueryExecutionContext: { Database: database },
          WorkGroup: workgroup,
          ...(output !== null && { ResultConfiguration: { OutputLocation: output } }),
          ResultReuseConfiguration: {
            ResultReuseByAgeConfiguration: { Enabled: true, MaxAgeInMinutes: REUSE_MINUTES },
          },
        }),
        { abortSignal: signal },
      ),
      signal,
    );
    if (id === undefined) throw new Error("no execution was named");
    return id;
  }

  /** Looks how far it is. */
  async look(id: string, signal: AbortSignal): Promise<QueryExecution> {
    const command = new GetQueryExecutionCommand({ QueryExecutionId: id });
    const sent = this.#client.send(command, { abortSignal: signal });
    return (await untilAborted(sent, signal)).QueryExecution ?? {};
  }

  /** Reads a page. @param token of the page before; undefined: the first one, whose first row names the columns */
  results(id: string, token: string | undefined, signal: AbortSignal): Promise<GetQueryResultsOutput> {
    const page = { QueryExecutionId: id, MaxResults: PAGE_ROWS, ...(token !== undefined && { NextToken: token }) };
    return untilAborted(this.#client.send(new GetQueryResultsCommand(page), { abortSignal: signal }), signal);
  }

  /** Says that no more is wanted. What does not hear it ends by the workgroup's own limits. */
  async stop(id: string): Promise<void> {
    const signal = AbortSignal.timeout(STOP_MS);
    const sent = this.#client.send(new StopQueryExecutionCommand({ QueryExecutionId: id }), { abortSignal: signal });
    await untilAborted(sent, signal).catch(() => undefined);
  }

  close(): void {
    this.#client.destroy();
  }
}
