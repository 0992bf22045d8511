// A DNS server on loopback that answers what a test wants of it: by address, with a time to live of 0, or not at all.
import { createSocket } from "node:dgram";
import { Resolver as DnsResolver } from "node:dns/promises";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import { after } from "node:test";
import ipaddr from "ipaddr.js";
import type { Resolver } from "../../src/outbound.ts";

/** Addresses for one question; "fails" is SERVFAIL. */
export type DnsAnswer = readonly string[] | "fails";

const TYPES: Readonly<Record<number, "A" | "AAAA">> = { 1: "A", 28: "AAAA" };
const SERVFAIL = 2;
/** A pointer to the name in the question, as every answer has it. */
const NAME = [0xc0, 0x0c];

function record(address: string): Buffer {
  const bytes = ipaddr.parse(address).toByteArray();
  return Buffer.from([...NAME, 0, isIPv6(address) ? 28 : 1, 0, 1, 0, 0, 0, 0, 0, bytes.length, ...bytes]);
}

/**
 * Starts it for one test file.
 * @param answer is asked for every question that comes
 * @returns a resolver that asks it for A and AAAA, as often as it is called
 */
export async function startDnsServer(answer: (name: string, type: "A" | "AAAA") => DnsAnswer): Promise<Resolver> {
  const socket = createSocket("udp4");
  after(() => socket.close());
  socket.on("message", (query, { port }) => {
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.toString("latin1", at + 1, at + 1 + length));
      at += 1 + length;
    }
    const type = TYPES[query.readUInt16BE(at + 1)];
    const addresses = type === undefined ? [] : answer(labels.join("."), type);
    const records = addresses === "fails" ? [] : addresses.map(record);
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8180 | (addresses === "fails" ? SERVFAIL : 0), 2);
    header.writeUInt16BE(records.length, 6);
    header.writeUInt32BE(0, 8);
    socket.send(Buffer.concat([header, query.subarray(12, at + 5), ...records]), port, "127.0.0.1");
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const resolver = new DnsResolver({ timeout: 1_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return async (host) => {
    const questions = [resolver.resolve4(host), resolver.resolve6(host)];
    const answers = await Promise.all(questions.map((each) => each.catch(noData)));
    return answers.flat();
  };
}

/** No address of one kind is none; what fails is no answer at all. */
function noData(error: NodeJS.ErrnoException): string[] {
  if (error.code === "ENODATA") return [];
  throw error;
}
