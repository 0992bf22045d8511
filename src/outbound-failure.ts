// What a failed call means to people: our words by what kind of failure it was, and nothing of what the server said.
import { type ErrorCode, isTidemarkError, TidemarkError } from "./errors.ts";
import { AnswerNotReadable, AnswerTooLong } from "./outbound-answer.ts";

/** What was tried, and at which address, as people see it. */
export interface CallPlace {
  readonly attempt: string;
  readonly value: string;
}

interface Meaning {
  readonly codes: RegExp;
  readonly code: ErrorCode;
  readonly found: string;
  readonly wanted: string;
}

const ANSWERS = "a server that answers";

/** By the system's, TLS' and undici's codes; the first that fits decides. */
const MEANINGS: readonly Meaning[] = [
  {
    codes: /^(?:UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT|ETIMEDOUT)$/,
    code: "remote-timeout",
    found: "no answer in time",
    wanted: ANSWERS,
  },
  {
    codes: /^(?:UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES_EXCEEDED_MAX_SIZE)$/,
    code: "limit-exceeded",
    found: "a longer answer than is read",
    wanted: "an answer of at most 8 MiB, with headers of at most 16 KiB",
  },
  {
    codes: /CERT|TLS|SSL|^UNABLE_TO_|^EPROTO$|^(?:HOSTNAME_MISMATCH|INVALID_PURPOSE|INVALID_CA)$/,
    code: "remote-unreachable",
    found: "no secure connection that can be trusted",
    wanted: "a valid certificate",
  },
  {
    codes: /^(?:HPE_|Z_|UND_ERR_(?:RES|REQ)_|ERR_INVALID_)/,
    code: "remote-unreachable",
    found: "an answer that cannot be read",
    wanted: "an answer by the rules of HTTP",
  },
];

/**
 * @returns the error for people. It says of nobody which addresses answer, how, or with what: a server is not to be
 * probed through our errors. What is no failure of a connection stays as it is.
 */
export function failureOfCall({ attempt, value }: CallPlace, error: unknown): unknown {
  if (isTidemarkError(error)) return new TidemarkError(error.code, { ...error.parts, attempt, value });
  if (error instanceof AnswerTooLong) {
    const parts = { found: "a longer answer than is read", wanted: "an answer of at most 8 MiB" };
    return new TidemarkError("limit-exceeded", { attempt, value, ...parts }, { cause: error });
  }
  if (error instanceof AnswerNotReadable) {
    const parts = { found: "an answer in an encoding that was not asked for", wanted: "gzip, or none" };
    return new TidemarkError("remote-unreachable", { attempt, value, ...parts }, { cause: error });
  }
  if (!(error instanceof Error && "code" in error)) return error;
  // undici's parser does not always say which of its rules was broken
  const code = error.name === "HTTPParserError" ? "HPE_" : String(error.code);
  const meaning = MEANINGS.find(({ codes }) => codes.test(code));
  const { found, wanted } = meaning ?? { found: "no connection, or one that broke off", wanted: ANSWERS };
  return new TidemarkError(meaning?.code ?? "remote-unreachable", { attempt, value, found, wanted }, { cause: error });
}

/** @param callMs what the whole call had */
export function tooLate({ attempt, value }: CallPlace, callMs: number, cause?: unknown): TidemarkError {
  const parts = { found: `no whole answer within ${Math.round(callMs / 1_000)} s`, wanted: ANSWERS };
  return new TidemarkError("remote-timeout", { attempt, value, ...parts }, { cause });
}
