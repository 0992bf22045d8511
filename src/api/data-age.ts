// Says of every answer of when its rows are, while the primary is down and replicas or the memory answer in its place.
import type { FastifyInstance } from "fastify";
import type { Replicas } from "../store/replicas.ts";

/** A time (ISO 8601): nothing that the primary did later need be in the answer. */
export const AS_OF_HEADER = "tidemark-as-of";

/** Adds the header to all answers that are given while the rows are old. */
export function tellAge(app: FastifyInstance, replicas: Pick<Replicas, "ageMs">): void {
  app.addHook("onSend", (_request, reply, _payload, done) => {
    const age = replicas.ageMs();
    if (age !== null) reply.header(AS_OF_HEADER, new Date(Date.now() - age).toISOString());
    done();
  });
}
