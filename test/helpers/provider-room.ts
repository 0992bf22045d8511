// The room that tests of one provider work in: its simulator, an account there, a receiver of webhooks, a clock.
import assert from "node:assert/strict";
import { type ErrorCode, TidemarkError } from "../../src/errors.ts";
import type { EgressAllowance } from "../../src/outbound.ts";
import type { Provider, ProviderCall } from "../../src/providers/provider.ts";
import type { ProviderSimulator } from "./provider-simulator/simulator.ts";
import type { SimulatedAccount, SimulatedToken } from "./provider-simulator/world.ts";
import type { WebhookReceiver } from "./webhook-receiver.ts";

/** Only what these tests need: http, and this machine. */
export const LOOPBACK_ONLY: EgressAllowance = { http: true, loopback: true, entries: [] };

/** The time at which every suite begins, in ms. */
export const START = Date.UTC(2026, 10, 27, 12);

/** What a provider with everything but redelivery and a look at refs has. */
export type WholeProvider = Provider & {
  readonly accounts: NonNullable<Provider["accounts"]>;
  readonly repositories: NonNullable<Provider["repositories"]>;
  readonly webhooks: NonNullable<Provider["webhooks"]>;
};

/** The things that a test of one provider works with. */
export interface ConformanceRoom {
  readonly kind: Exclude<Provider["kind"], "plain">;
  readonly provider: WholeProvider;
  readonly simulator: ProviderSimulator;
  readonly receiver: WebhookReceiver;
  readonly ada: SimulatedAccount;
  readonly token: SimulatedToken;
  readonly call: ProviderCall;
  /** the time that simulator and provider see, in ms */
  clock: number;
}

/** How a kind differs where the port lets it. */
export interface ConformanceDifferences {
  /** a token that can list and read but manage no webhooks; `missing` is what the provider says is missing */
  readonly weak: { readonly scopes: readonly string[]; readonly missing: readonly string[] };
  /** whether an archived repository is known as one */
  readonly archives: boolean;
  /** the events of a push to a new branch, in the words of the headers */
  readonly firstPush: readonly string[];
}

/** Asserts that a question fails with this code, that no token is in its text, and gives the error. */
export async function fails(question: Promise<unknown>, code: ErrorCode, secret = ""): Promise<TidemarkError> {
  const error = await question.then(
    () => assert.fail("it was answered"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof TidemarkError, String(error));
  assert.equal(error.code, code, error.message);
  if (secret !== "") assert.ok(!error.message.includes(secret), "the token is in the error");
  return error;
}
