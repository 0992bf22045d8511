// not-modified: If-None-Match on the newest page, against a bare fastify that answers 304.
import { comparePage } from "../page-against-fastify.ts";
import type { Benchmark } from "../figure.ts";

const GOAL = 0.8;

/** Goal: at least 0.8 of the bare server's requests a second. */
export const benchmark: Benchmark = {
  name: "not-modified",
  run: (say) => comparePage({ status: 304, goal: GOAL }, say),
};
