// Signing in by the owner link: once, for ten minutes, on this machine only; and how sessions end (T11, T14, T17).
import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { openApi } from "../../../test/helpers/api-server.ts";
import { makeToken } from "../../secrets.ts";
import { ensureLocalOrganization } from "../../store/first-run.ts";
import { createOwnerLink, OWNER_LINK_MS } from "../../store/owner-link.ts";
import { Problem } from "../contract/contract.ts";
import { Session } from "../contract/session.ts";
import { assertLocal } from "./session.ts";

const { db, server } = await openApi();
const owner = await ensureLocalOrganization(db.database);

function post(token: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: server.url, ...headers },
    body: JSON.stringify({ token }),
  });
}

async function linkToken(now = Date.now()): Promise<string> {
  return (await createOwnerLink(db.database, now)).reveal();
}

async function codeOf(answer: Response): Promise<string> {
  return Problem.parse(await answer.json()).code;
}

function cookieOf(answer: Response): string {
  return answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

test("POST /session signs the owner in, once", async () => {
  const token = await linkToken();
  const [one, two] = await Promise.all([post(token), post(token)]);
  const answers = [one, two].sort((a, b) => a.status - b.status);
  assert.deepEqual(
    answers.map((answer) => answer.status),
    [200, 403],
  );
  const [good, bad] = answers as [Response, Response];
  const { user, organization } = Session.parse(await good.json());
  assert.deepEqual([user.id, organization.id], [owner.userId, owner.organizationId]);
  assert.equal(await codeOf(bad), "link-not-valid");
  const cookie = cookieOf(good);
  const session = await fetch(`${server.url}/api/v1/session`, { headers: { cookie } });
  assert.deepEqual(Session.parse(await session.json()), { user, organization });
});

test("POST /session sets one cookie that no script and no other site gets", async () => {
  const cookies = (await post(await linkToken())).headers.getSetCookie();
  assert.equal(cookies.length, 1);
  assert.match(
    cookies[0] ?? "",
    new RegExp(`^tidemark-${server.port}\\.session_token=[^;]+; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax$`),
  );
});

test("POST /session refuses a link that is too old, replaced, damaged or of another kind", async () => {
  const old = await linkToken(Date.now() - OWNER_LINK_MS);
  assert.equal(await codeOf(await post(old)), "link-not-valid");
  const replaced = await linkToken();
  const current = await linkToken();
  assert.equal(await codeOf(await post(replaced)), "link-not-valid");
  const damaged = current.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
  assert.equal(await codeOf(await post(damaged)), "link-not-valid");
  assert.equal(await codeOf(await post(makeToken("tdo").reveal())), "link-not-valid");
  assert.equal(await codeOf(await post(makeToken("tdm").reveal())), "bad-argument");
  assert.equal((await post(current)).status, 200, "the failures before did not use it up");
});

test("POST /session refuses who comes through a proxy or under another name, and the link stays", async () => {
  const token = await linkToken();
  for (const name of ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"]) {
    assert.equal(await codeOf(await post(token, { [name]: "127.0.0.1" })), "request-refused", name);
  }
  const body = JSON.stringify({ token });
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(server.port, "127.0.0.1", () => {
      socket.end(
        `POST /api/v1/session HTTP/1.1\r\nHost: tide.evil.example:${server.port}\r\nOrigin: http://tide.evil.example:${server.port}\r\n` +
          `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
      );
    });
    socket.once("data", (part) => resolve(String(part)));
  });
  assert.match(answer, /^HTTP\/1\.1 421 /);
  assert.equal((await post(token)).status, 200);
});

test("assertLocal() takes loopback peers only", () => {
  const from = (remoteAddress: string | undefined) => () =>
    assertLocal({ headers: {}, socket: { remoteAddress } } as never);
  for (const peer of ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"]) assert.doesNotThrow(from(peer), peer);
  for (const peer of [
    "192.168.1.5",
    "10.0.0.1",
    "8.8.8.8",
    "::ffff:192.168.1.5",
    "fe80::1",
    "2001:db8::1",
    "",
    undefined,
  ]) {
    assert.throws(from(peer), { code: "request-refused" }, String(peer));
  }
});

test("DELETE /session ends the session at once", async () => {
  const cookie = cookieOf(await post(await linkToken()));
  const call = (method: string) =>
    fetch(`${server.url}/api/v1/session`, {
      method,
      headers: { cookie, origin: server.url, ...(method === "GET" ? {} : { "content-type": "application/json" }) },
    });
  assert.equal((await call("GET")).status, 200);
  const ended = await call("DELETE");
  assert.equal(ended.status, 204);
  assert.match(ended.headers.getSetCookie().join(), /session_token=; Max-Age=0/);
  assert.equal((await call("GET")).status, 401);
  assert.equal((await call("DELETE")).status, 401);
});

test("a session ends when its person leaves the team, after 7 days unused and after 30 days in all", async () => {
  const organization = await db.makeOrganization();
  const ask = async (change: string): Promise<number> => {
    // a person of her own each time: who was seen a moment ago is remembered for five seconds
    const person = await server.signIn(organization);
    await db.database.owner.query(change, [person.userId]);
    return (await person.fetch("/api/v1/session")).status;
  };
  assert.equal(await ask("UPDATE session SET updated_at = now() WHERE user_id = $1"), 200);
  assert.equal(await ask("DELETE FROM membership WHERE user_id = $1"), 401);
  assert.equal(await ask("DELETE FROM session WHERE user_id = $1"), 401);
  assert.equal(await ask(`DELETE FROM "user" WHERE id = $1`), 401);
  assert.equal(await ask("UPDATE session SET expires_at = now() - interval '1 second' WHERE user_id = $1"), 401);
  assert.equal(await ask("UPDATE session SET created_at = now() - interval '31 days' WHERE user_id = $1"), 401);
  assert.equal(await ask("UPDATE session SET created_at = now() - interval '29 days' WHERE user_id = $1"), 200);
});

test("a cookie counts only as it was given: signed, under its name", async () => {
  const { cookie } = await server.signIn(await db.makeOrganization());
  const [name = "", value = ""] = cookie.split(/=(.*)/s);
  const [token = "", signature = ""] = decodeURIComponent(value).split(".");
  const status = async (header: string) =>
    (await fetch(`${server.url}/api/v1/session`, { headers: { cookie: header } })).status;
  assert.equal(await status(`a=b; ${cookie}; c=d`), 200);
  for (const forged of [
    `${name}=${token}`,
    `${name}=${token}.`,
    `${name}=${encodeURIComponent(`${token}.${signature.replace(/^./, (c) => (c === "A" ? "B" : "A"))}`)}`,
    `${name}=${encodeURIComponent(`x${token}.${signature}`)}`,
    `better-auth.session_token=${value}`,
    `tidemark-1.session_token=${value}`,
    `${name}=`,
    name,
  ]) {
    assert.equal(await status(forged), 401, forged);
  }
  const bearer = await fetch(`${server.url}/api/v1/session`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(bearer.status, 401);
});
