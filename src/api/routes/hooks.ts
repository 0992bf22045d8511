// POST /hooks/<id>: deliveries of webhooks, answered with nothing but a status.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { isTidemarkError } from "../../errors.ts";
import type { DeliveryReceiver } from "../../ingest/receive-delivery.ts";
import type { Log } from "../../log.ts";
import { NOT_KEPT } from "../headers.ts";
import { SenderGone } from "../raw-body.ts";
import { DeliveryTaker, type TakeLimits } from "../take-delivery.ts";

/** Adds the route. Nothing of a body is parsed, whatever its type: the work is done before fastify would. */
export function addHookRoute(app: FastifyInstance, receiver: DeliveryReceiver, log: Log, limits: TakeLimits): void {
  const taker = new DeliveryTaker(receiver, limits);
  app.route({
    method: "POST",
    url: "/hooks/:hook",
    config: { group: "hooks" },
    schema: { hide: true },
    preParsing: async (request: FastifyRequest<{ Params: { hook: string } }>, reply: FastifyReply) => {
      try {
        await taker.take(request, request.params.hook);
      } catch (error) {
        if (error instanceof SenderGone) {
          log.debug({ reason: error.message }, "a delivery broke off");
          request.raw.destroy();
          return void reply.hijack();
        }
        // what is still on its way is thrown away: a sender that is cut off would not see the answer
        request.raw.resume();
        if (isTidemarkError(error, "signature-refused")) reply.header("www-authenticate", "Webhook-Signature");
        throw error;
      }
      return reply.code(202).header("cache-control", NOT_KEPT).send();
    },
    handler: (_request, reply) => reply,
  });
}
