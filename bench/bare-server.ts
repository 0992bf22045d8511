// A fastify with one route that answers from memory, and tells its port. Standard input: the answer as JSON.
import { text } from "node:stream/consumers";
import fastify from "fastify";

const answer = JSON.parse(await text(process.stdin)) as { status: number; etag: string; text: string };
const body = Buffer.from(answer.text);
const app = fastify();
app.get("/*", (_, reply) => {
  void reply.header("etag", answer.etag);
  if (answer.status === 304) return reply.code(304).send();
  return reply.header("content-type", "application/json; charset=utf-8").send(body);
});
const url = await app.listen({ port: 0, host: "127.0.0.1" });
process.stdout.write(`${new URL(url).port}\n`);
