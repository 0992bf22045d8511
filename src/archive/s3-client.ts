// The requests that are sent to one bucket: through the guard, with a limit of time, and failures in our words.
import { S3Client, type S3ClientConfig, type ServiceInputTypes, type ServiceOutputTypes } from "@aws-sdk/client-s3";
import type { S3Place } from "../archive-place.ts";
import type { EgressAllowance, Resolver } from "../outbound.ts";
import { GuardedHandler } from "../outbound-handler.ts";

/** What is sent: a command of the SDK. */
export type S3Command<Input extends ServiceInputTypes, Output extends ServiceOutputTypes> = Parameters<
  typeof S3Client.prototype.send<Input, Output>
>[0];

/** What differs from the usual, for tests and the probe. */
export interface S3Options {
  /** for each attempt, in milliseconds */
  readonly wallMs?: number;
  /** larger files go in parts, in bytes */
  readonly partsAbove?: number;
  /** of one part, in bytes */
  readonly partBytes?: number;
  /** read at a time, in bytes */
  readonly pieceBytes?: number;
  /** whether a large file is sent without a look for it, so that the store alone refuses it */
  readonly blindly?: boolean;
  readonly resolve?: Resolver;
}

/** Attempts of one request, by the SDK: network, 500, 503, 429. */
export const MAX_ATTEMPTS = 4;

/** One bucket's requests. */
export class S3Bucket {
  readonly bucket: string;
  /** what every key begins with, with its slash */
  readonly prefix: string;
  readonly #client: S3Client;

  constructor(place: S3Place, allow: EgressAllowance, { wallMs, resolve }: S3Options = {}) {
    this.bucket = place.bucket;
    this.prefix = place.prefix === "" ? "" : `${place.prefix}/`;
    this.#client = new S3Client(
      configOf(
        place,
        new GuardedHandler(allow, { own: ownOf(place), ...(wallMs && { wallMs }), ...(resolve && { resolve }) }),
      ),
    );
  }

  /** s3://bucket/prefix */
  get place(): string {
    return `s3://${this.bucket}${this.prefix && `/${this.prefix.slice(0, -1)}`}`;
  }

  /** @returns bucket and key, as every command of an object takes them */
  of(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.bucket, Key: this.prefix + key };
  }

  /** @throws what the SDK throws; the signal's reason as soon as it is aborted, also between two attempts */
  async send<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
    command: S3Command<Input, Output>,
    signal: AbortSignal,
  ): Promise<Output> {
    signal.throwIfAborted();
    const { promise: stopped, reject } = Promise.withResolvers<never>();
    const stop = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", stop, { once: true });
    try {
      return await Promise.race([this.#client.send<Input, Output>(command, { abortSignal: signal }), stopped]);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }
}

function ownOf({ endpoint, bucket, pathStyle }: S3Place): { origin: string; names: readonly string[] } | null {
  return endpoint === null ? null : { origin: new URL(endpoint).origin, names: pathStyle ? [] : [bucket] };
}

function configOf({ endpoint, region, pathStyle, keys }: S3Place, handler: GuardedHandler): S3ClientConfig {
  return {
    ...(endpoint !== null && { endpoint }),
    ...(region !== null && { region }),
    ...(keys !== null && {
      credentials: { accessKeyId: keys.accessKey.reveal(), secretAccessKey: keys.secretKey.reveal() },
    }),
    forcePathStyle: pathStyle,
    requestHandler: handler,
    maxAttempts: MAX_ATTEMPTS,
    retryMode: "standard",
    // servers that know no trailing checksum store its framing
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // undici knows none
    expectContinueHeader: false,
    followRegionRedirects: false,
  };
}
