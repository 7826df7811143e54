import { expect, it } from "vitest";
import { unmade } from "../lib/protocol";
import { WebRooms } from "./rooms";

/** A server that answers each question with the next of these. */
function server(...answers: readonly (Response | Error)[]) {
  const asked: { url: string; method: string; headers: Record<string, string>; body: unknown }[] = [];
  const left = [...answers];
  const rooms = new WebRooms(async (url, { method, headers, body } = {}) => {
    asked.push({ url: String(url), method: method ?? "", headers: { ...headers } as Record<string, string>, body });
    const answer = left.shift();
    if (!(answer instanceof Response)) throw answer;
    return answer;
  });
  return { asked, rooms };
}

const kept = { room: "team", settings: { ...unmade, made: true }, createdAt: 5, banned: [], links: [{ id: "l", role: "host" }] };

it("a key travels in a header, never in the address", async () => {
  const { asked, rooms } = server(
    Response.json({ room: "아침", key: "k.1" }, { status: 201 }),
    Response.json(kept),
    new Response(null, { status: 204 }),
  );
  expect(await rooms.make("아침")).toEqual({ ok: true, value: { room: "아침", key: "k.1" } });
  expect(await rooms.change("아침", "k.1", { settings: { lobby: false } })).toEqual({ ok: true, value: kept });
  expect(await rooms.revoke("아침", "k.1", "l/2")).toEqual({ ok: true, value: {} });
  expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
    "POST /api/rooms",
    "PATCH /api/rooms/%EC%95%84%EC%B9%A8",
    "DELETE /api/rooms/%EC%95%84%EC%B9%A8/links/l%2F2",
  ]);
  expect(asked.map(({ headers }) => headers["Authorization"])).toEqual([undefined, "Bearer k.1", "Bearer k.1"]);
  expect(asked[1]?.body).toBe('{"settings":{"lobby":false}}');
});

it.each([
  [Response.json({ error: { code: "conflict", text: "made", reason: "new" } }, { status: 409 }), "conflict"],
  [Response.json({ error: { code: "limited", text: "slow", retry: 3 } }, { status: 429 }), "limited"],
  [Response.json({ room: 1 }), "internal"],
  [Response.json(null, { status: 500 }), "internal"],
  [new Response("<html>Bad gateway</html>", { status: 502 }), "unreachable"],
  [new TypeError("offline"), "unreachable"],
])("%# what goes wrong is a failure with a code", async (answer, code) => {
  const { rooms } = server(answer);
  expect(await rooms.look("team", "k")).toMatchObject({ ok: false, failure: { code } });
});
