// page: the newest 40 commits × 30 columns over HTTP, asked again and again, against the same bytes from memory by a bare
// fastify. There is no page cache yet: each request asks Postgres.
import { comparePage } from "../page-against-fastify.ts";
import type { Benchmark } from "../figure.ts";

const GOAL = 0.8;

/** Goal: at least 0.8 of the bare server's requests a second. */
export const benchmark: Benchmark = {
  name: "page",
  run: (say) => comparePage({ status: 200, goal: GOAL }, say),
};
