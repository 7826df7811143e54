import { flushSync } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeFiles } from "../browser/fake-files";
import { FakeMedia, FakeTrack, asTrack } from "../browser/fake-media";
import { FakePeers, FakePictures, FakeSounds, FakeStore } from "../browser/fakes";
import { FakeServer, never, person } from "../browser/fake-signalling";
import { quietMeeting, unmade, type Message, type Participant } from "../lib/protocol";
import { Call } from "./call.svelte";
import { Devices } from "./devices.svelte";
import { Keyring } from "./keyring.svelte";
import { Notices } from "./notices.svelte";
import { Preferences } from "./preferences.svelte";
import { flight } from "./reactions.svelte";
import { Roster } from "./roster.svelte";
import { Seats } from "./seats";
import { Stage } from "./stage.svelte";

function build(tabStore = new FakeStore(), shared = new FakeStore()) {
  const server = new FakeServer();
  const [media, peers, pictures, sounds, notices, roster] = [
    new FakeMedia(),
    new FakePeers(),
    new FakePictures(),
    new FakeSounds(),
    new Notices(),
    new Roster(),
  ];
  const preferences = new Preferences(new FakeStore());
  const keyring = new Keyring(new FakeStore());
  const devices = new Devices(media, preferences, notices);
  const stage = new Stage(roster, preferences, pictures);
  const { openSignalling } = server;
  const call = new Call({
    ...{ openSignalling, openPeer: peers.open, openFiles: () => new FakeFiles(), look: () => () => undefined },
    ...{ tabStore, seats: new Seats(tabStore, shared), media, pictures, sounds },
    ...{ preferences, keyring, devices, notices, roster, stage },
  });
  server.answers.offer = () => ({ ok: true, value: { sdp: "answer" } });
  admit(server, person(1, { id: "me" }));
  return { call, server, media, peers, pictures, sounds, preferences, keyring, notices, devices, stage, tabStore };
}

function admit(server: FakeServer, you: Participant, others: Participant[] = [], chat: Message[] = []): void {
  const snapshot = { settings: unmade, slots: [], meeting: quietMeeting, waiting: [] };
  server.answers.join = () => ({ ok: true, value: { you, participants: others, chat, ...snapshot } });
}

/** Lets promises and effects run. */
async function settle(): Promise<void> {
  for (let round = 0; round < 5; round++) {
    await vi.advanceTimersByTimeAsync(0);
    flushSync();
  }
}

let house: ReturnType<typeof build>;
beforeEach(() => {
  vi.useFakeTimers();
  house = build();
});
afterEach(() => {
  house.call.close();
  house.devices.close();
  vi.useRealTimers();
});

async function inMeeting(): Promise<typeof house> {
  house.call.open("team");
  house.server.connect();
  await settle();
  await house.call.join("Ann");
  await settle();
  return house;
}

describe("a refused microphone", () => {
  it("is off whatever I want, and says why when I turn it on in the meeting", async () => {
    house.media.troubles.microphone = "denied";
    const { call, devices, notices, media } = await inMeeting();
    expect([devices.microphoneOn, call.microphoneOn]).toEqual([true, false]);
    expect(notices.list).toEqual([]); // the lobby has said it in its own place
    await call.setMicrophone(true);
    expect(notices.list[0]).toMatchObject({ key: "device-trouble", params: { device: "microphone", kind: "denied" } });

    media.troubles = {};
    await call.setMicrophone(true);
    expect(call.microphoneOn).toBe(true);
  });
});

describe("the lobby", () => {
  it("connects and proves the media path before anybody joins", async () => {
    const { call, server, peers } = house;
    call.open("team");
    expect(call.status).toBe("connecting");
    server.connect({ inside: [{ id: "p2", name: "Ben" }] });
    await settle();
    expect(call.status).toBe("lobby");
    expect(call.inside.map((one) => one.name)).toEqual(["Ben"]);
    expect(server.asked("offer")).toEqual([{ sdp: "offer" }]);
    expect(server.asked("join")).toEqual([]);
    peers.newest.report = [
      { type: "candidate-pair", id: "a", localCandidateId: "l", selected: true, currentRoundTripTime: 0.02 },
    ];
    peers.newest.become("connected");
    await settle();
    expect(call.path).toEqual({ kind: "udp", rtt: 20 });
  });

  it("sends nothing before the join, and everything that is on after it", async () => {
    const { call, server, peers, devices } = house;
    call.open("team");
    server.connect();
    await settle();
    expect([...peers.newest.sending.values()].every((track) => track === null)).toBe(true);
    await call.join(" Ann ");
    await settle();
    expect(server.asked("join")).toEqual([{ name: "Ann" }]);
    expect(peers.newest.sending.get("microphone")).toBe(devices.microphoneTrack);
    expect(peers.newest.sending.get("camera")).toBe(devices.cameraTrack);
    expect(server.asked("publish")).toEqual([
      { track: "microphone", state: "on" },
      { track: "camera", state: "on" },
    ]);
  });

  it("takes a name without what came along when it was copied, and remembers what the server has taken", async () => {
    const { call, server, preferences } = house;
    call.open("team");
    server.connect();
    await call.join(" \u200eYossi\t");
    expect([server.asked("join"), preferences.name]).toEqual([[{ name: "Yossi" }], "Yossi"]);
    await call.rename("\u2068Yos\u2069");
    expect([server.asked("rename"), preferences.name, call.me?.name]).toEqual([[{ name: "Yos" }], "Yos", "Yos"]);
    server.answers.rename = () => ({ ok: false, failure: { code: "invalid", text: "", reason: "name" } });
    await call.rename("Worse");
    expect([preferences.name, call.me?.name]).toEqual(["Yos", "Yos"]);
  });

  it("forgets a name that the server refuses: no name keeps this browser out of any room", async () => {
    const { call, server, preferences } = house;
    const open = server.answers.join;
    server.answers.join = () => ({ ok: false, failure: { code: "invalid", text: "", reason: "name" } });
    call.open("team");
    server.connect();
    await call.join("Ann");
    expect([call.status, call.failure?.reason, preferences.name]).toEqual(["lobby", "name", ""]);
    preferences.name = "Ann"; // as an earlier page kept it
    server.cut();
    server.connect();
    expect(server.auths.map(({ name }) => name)).toEqual(["Guest", "Guest"]);
    server.answers.join = open!;
    await call.join("Anna");
    expect([call.status, preferences.name]).toEqual(["meeting", "Anna"]);
  });

  it("stays when the server refuses the join, and says why", async () => {
    const { call, server } = house;
    server.answers.join = () => ({ ok: false, failure: { code: "full", text: "Full." } });
    call.open("team");
    server.connect();
    await call.join("Ann");
    expect(call.status).toBe("lobby");
    expect(call.failure?.code).toBe("full");
  });

  it("of another room knows nothing of a refusal that comes late, nor of the passcode", async () => {
    const { call, server } = house;
    server.answers.join = () => ({ ok: false, failure: { code: "full", text: "Full." } });
    call.open("team");
    server.connect();
    void call.join("Ann", "1234");
    call.open("other");
    server.connect();
    await settle();
    expect([call.status, call.failure]).toEqual(["lobby", null]);
    await call.join("Ann");
    expect(server.asked("join").at(-1)).toEqual({ name: "Ann" });
  });

  it("joins as soon as it can when the server was not there at the click", async () => {
    const { call, server } = house;
    call.open("team");
    await call.join("Ann");
    expect(call.status).toBe("joining");
    server.connect();
    await settle();
    expect(call.status).toBe("meeting");
  });

  it("waits to be let in, and enters once it is", async () => {
    const { call, server } = house;
    const open = server.answers.join;
    server.answers.join = () => ({ ok: true, value: { wait: "lobby" } });
    call.open("team");
    server.connect({ door: { waiting: "lobby", passcode: true, locked: false } });
    await call.join("Ann", "1234");
    expect([call.status, call.wait, call.meeting.door.waiting]).toEqual(["waiting", "lobby", "lobby"]);
    expect(server.asked("join")).toEqual([{ name: "Ann", passcode: "1234" }]);
    server.answers.join = open!;
    server.say({ event: "admitted", data: {} });
    await settle();
    expect([call.status, call.wait]).toEqual(["meeting", null]);
  });

  it("is where one comes back to who would rather not wait", async () => {
    const { call, server } = house;
    server.answers.join = () => ({ ok: true, value: { wait: "host" } });
    call.open("team");
    server.connect();
    await call.join("Ann");
    await call.stopWaiting();
    expect([call.status, call.wait, server.asked("leave")]).toEqual(["lobby", null, [{}]]);
    server.cut();
    server.connect();
    await settle();
    expect([call.status, server.asked("join").length]).toEqual(["lobby", 1]);
  });

  it("is not left by who is let in at the moment of giving up", async () => {
    const { call, server } = house;
    server.answers.join = () => ({ ok: true, value: { wait: "lobby" } });
    call.open("team");
    server.connect();
    await call.join("Ann");
    void call.stopWaiting();
    admit(server, person(1, { id: "me" }));
    server.say({ event: "admitted", data: {} });
    await settle();
    expect([call.status, server.asked("join").length]).toEqual(["lobby", 1]);
  });

  it("is left when one is not let in", async () => {
    const { call, server } = house;
    server.answers.join = () => ({ ok: true, value: { wait: "lobby" } });
    call.open("team");
    server.connect();
    await call.join("Ann");
    server.say({ event: "ended", data: { reason: "refused" } });
    expect([call.status, call.leftReason]).toEqual(["left", "refused"]);
  });

  it("brings what proves who this browser is and which link led here", () => {
    const { call, server, keyring } = house;
    keyring.keepLink("team", "k1");
    call.open("team");
    server.connect({ browser: "b1", role: "host" });
    server.cut();
    server.connect();
    expect(keyring.hosted).toEqual(["team"]);
    expect(server.auths.map(({ browser, link }) => [browser, link])).toEqual([
      [undefined, "k1"],
      ["b1", "k1"],
    ]);
  });

  it("is left for good when the server refuses the connection", () => {
    const { call, server } = house;
    call.open("team");
    server.refuse();
    expect([call.status, call.leftReason, call.failure?.code]).toEqual(["left", "failed", "full"]);
    expect(server.open).toBe(0);
  });
});

describe("in the meeting", () => {
  it("a muted microphone sends nothing, and is there again at once", async () => {
    const { call, server, peers, devices } = await inMeeting();
    const track = devices.microphoneTrack;
    await call.setMicrophone(false);
    await settle();
    expect(peers.newest.sending.get("microphone")).toBeNull();
    expect(devices.microphoneTrack).toBe(track); // still open, for the meter
    expect(server.asked("publish").at(-1)).toEqual({ track: "microphone", state: "muted" });
    await call.setMicrophone(true);
    await settle();
    expect(peers.newest.sending.get("microphone")).toBe(track);
  });

  it("a track that a host turned off is off here too", async () => {
    const { call, server, devices } = await inMeeting();
    const by = { id: "p2", name: "Ben" };
    server.say({ event: "silenced", data: { by, track: "microphone" } });
    server.say({ event: "silenced", data: { by, track: "camera" } });
    await settle();
    expect([call.microphoneOn, devices.cameraOn]).toEqual([false, false]);
  });

  it("reactions fly for a while", async () => {
    const { call, server } = await inMeeting();
    call.reactions.send("👏");
    expect(server.asked("react")).toEqual([{ emoji: "👏" }]);
    server.say({ event: "reactions", data: { reactions: [{ id: "p2", emoji: "👏" }] } });
    expect(call.reactions.flying).toMatchObject([{ id: "p2", emoji: "👏" }]);
    await vi.advanceTimersByTimeAsync(flight);
    expect(call.reactions.flying).toEqual([]);
  });

  it("I see of myself what the others see, though the server tells it to them only", async () => {
    const { call, server } = await inMeeting();
    expect(call.me?.tracks).toMatchObject({ microphone: "on", camera: "on", screen: "off" });
    await call.setMicrophone(false);
    await settle();
    expect(call.me?.tracks.microphone).toBe("muted");
    await call.rename("Anna");
    expect(call.me?.name).toBe("Anna");
    expect(server.asked("rename")).toEqual([{ name: "Anna" }]);
  });

  it("a camera that is off is dark", async () => {
    const { call, server, media, peers } = await inMeeting();
    await call.setCamera(false);
    await settle();
    expect(media.opened.filter((track) => track.kind === "video").map((track) => track.readyState)).toEqual(["ended"]);
    expect(peers.newest.sending.get("camera")).toBeNull();
    expect(server.asked("publish").at(-1)).toEqual({ track: "camera", state: "off" });
  });

  it("a shared screen ends with the browser's own button", async () => {
    const { call, server, media, peers } = await inMeeting();
    const screen = new FakeTrack("video", { id: "screen", label: "Screen" });
    media.screen = { video: asTrack(screen), audio: null };
    await call.shareScreen();
    await settle();
    expect(call.sharing).toBe(true);
    expect(peers.newest.sending.get("screen")).toBe(asTrack(screen));
    screen.end();
    await settle();
    expect(call.sharing).toBe(false);
    expect(server.asked("publish").at(-1)).toEqual({ track: "screen", state: "off" });
  });

  it("asks for the pictures on the stage, once they have come to rest", async () => {
    const { server, stage } = await inMeeting();
    stage.resize(1000, 500, 2);
    server.say({ event: "joined", data: { participant: person(2, { tracks: camera("on") }) } });
    flushSync();
    await vi.advanceTimersByTimeAsync(150);
    const [wish] = server.asked("view").at(-1)?.tracks ?? [];
    expect(wish?.track).toBe(9);
    expect(wish?.width).toBe(992);
  });

  it("learns who comes, changes, speaks and goes", async () => {
    const { call, server } = await inMeeting();
    server.say({ event: "joined", data: { participant: person(2) } });
    server.say({ event: "updated", data: { participant: person(2, { name: "Ben", away: true }) } });
    server.say({ event: "speaker", data: { speaking: ["p2"] } });
    expect(call.participants).toMatchObject([{ name: "Ben", away: true }]);
    expect(call.speaking).toEqual(["p2"]);
    server.say({ event: "left", data: { id: "p2", reason: "left" } });
    expect([call.participants, call.speaking]).toEqual([[], []]);
  });

  it("sends only what anybody has use for", async () => {
    const { server, peers } = await inMeeting();
    server.say({ event: "layers", data: { track: "camera", layers: [0, 2] } });
    expect(peers.newest.layers.get("camera")).toEqual([0, 2]);
  });

  it("tells how loud each voice is", async () => {
    const { call, server, sounds } = await inMeeting();
    server.say({ event: "joined", data: { participant: person(2) } });
    sounds.loud.set(8, 0.6);
    await vi.advanceTimersByTimeAsync(200);
    expect(call.loudness("p2")).toBe(0.6);
    expect(call.loudness("nobody")).toBe(0);
  });

  it("sends pictures of the quality that I choose, on each connection", async () => {
    const { preferences, peers } = await inMeeting();
    expect(peers.newest.quality).toBe("hd");
    preferences.quality = "saver";
    await settle();
    expect([peers.newest.quality, peers.newest.negotiations.length]).toEqual(["saver", 1]);
  });

  it("sends music after one further offer, and a voice after another", async () => {
    const { preferences, peers } = await inMeeting();
    expect([peers.newest.music, peers.newest.negotiations.length]).toEqual([false, 1]);
    preferences.originalSound = true;
    await settle();
    expect([peers.newest.music, peers.newest.negotiations.length]).toEqual([true, 2]);
    preferences.originalSound = false;
    await settle();
    expect([peers.newest.music, peers.newest.negotiations.length]).toEqual([false, 3]);
  });

  it("notices talk while muted", async () => {
    const { call, media, preferences } = await inMeeting();
    await call.setMicrophone(false);
    media.loudness = 0.8;
    await vi.advanceTimersByTimeAsync(2000);
    expect(call.mutedTalking).toBe(true);
    preferences.mutedHint = false;
    expect(call.mutedTalking).toBe(false);
    preferences.mutedHint = true;
    await call.setMicrophone(true);
    expect(call.mutedTalking).toBe(false);
  });
});

describe("a lost connection", () => {
  it("is resumed with the key and the last number, and media never stops", async () => {
    const { call, server, peers } = await inMeeting();
    server.say({ event: "joined", data: { participant: person(2) } }, 7);
    server.cut();
    expect([call.status, call.troubles]).toEqual(["reconnecting", ["signalling"]]);
    await call.setMicrophone(false);
    await settle();
    expect(peers.newest.sending.get("microphone")).toBeNull();
    server.connect({ resumed: true, joined: true }, 7);
    await settle();
    expect(server.auths.at(-1)).toMatchObject({ key: "key1", last: 7 });
    expect([call.status, call.troubles]).toEqual(["meeting", []]);
    expect(server.asked("join")).toHaveLength(1);
    expect(server.asked("publish").at(-1)).toEqual({ track: "microphone", state: "muted" });
    expect(peers.made).toHaveLength(1);
  });

  it("takes events twice told only once", async () => {
    const { call, server } = await inMeeting();
    const joined = { event: "joined", data: { participant: person(2) } } as const;
    server.say(joined, 8);
    server.say({ event: "left", data: { id: "p2", reason: "left" } }, 9);
    server.say(joined, 8);
    expect(call.participants).toEqual([]);
  });

  it("is made good by a fresh snapshot when too much was missed", async () => {
    const { call, server, peers } = await inMeeting();
    server.cut();
    admit(server, person(1, { id: "me" }), [person(3)]);
    server.connect({ resumed: false, joined: true }, 900);
    await settle();
    expect(call.participants.map((one) => one.id)).toEqual(["p3"]);
    expect(peers.made).toHaveLength(1);
  });

  it("gets a new seat and a new media connection from a server that has forgotten everything", async () => {
    const { call, server, peers } = await inMeeting();
    server.cut();
    admit(server, person(5, { id: "me5" }));
    server.connect({ id: "me5", key: "key2", resumed: false, joined: false }, 0);
    await settle();
    expect([call.status, call.me?.seat]).toEqual(["meeting", 5]);
    expect(peers.made.map((peer) => peer.closed)).toEqual([true, false]);
    expect(peers.newest.sending.get("camera")).not.toBeNull();
    expect(server.asked("publish").filter(({ track }) => track === "camera")).toHaveLength(2);
  });

  it("is not the end when the server is still in trouble: it is asked for the seat again", async () => {
    const { call, server } = await inMeeting();
    const open = server.answers.join;
    server.cut();
    server.answers.join = () => ({ ok: false, failure: { code: "internal", text: "Try again in a moment." } });
    server.connect({ joined: true });
    await settle();
    expect([call.status, call.failure]).toEqual(["reconnecting", null]);
    server.answers.join = open!;
    await vi.advanceTimersByTimeAsync(3000);
    expect([call.status, server.asked("join").length]).toEqual(["meeting", 3]);
  });

  it("is given up after five minutes", async () => {
    const { call, server } = await inMeeting();
    server.cut();
    await vi.advanceTimersByTimeAsync(5 * 60_000);
    expect([call.status, call.leftReason]).toEqual(["left", "lost"]);
  });
});

describe("a reload", () => {
  it("returns to the seat without a click", async () => {
    const { tabStore } = await inMeeting();
    house.call.close();
    house = build(tabStore);
    house.call.open("team");
    house.server.connect({ joined: true });
    await settle();
    expect(house.server.auths).toEqual([{ room: "team", name: "Guest", key: "key1" }]);
    expect(house.call.status).toBe("meeting");
  });
});

describe("a second tab of this browser", () => {
  const ann = { id: "ann", name: "Ann" };

  async function inLobby() {
    const shared = new FakeStore();
    const other = new Seats(new FakeStore(), shared);
    other.keep("team", "key-ann");
    other.sit("team", "ann");
    house = build(new FakeStore(), shared);
    house.call.open("team");
    house.server.connect({ key: "key2", inside: [ann] });
    await settle();
    return house;
  }

  it("is told that I am inside already, while I am", async () => {
    const { call, server } = await inLobby();
    expect([call.status, call.elsewhere]).toEqual(["lobby", true]);
    server.say({ event: "inside", data: { inside: [] } });
    expect(call.elsewhere).toBe(false);
  });

  it("goes on in the other one's seat", async () => {
    const { call, server, peers } = await inLobby();
    call.goOnHere();
    server.connect({ id: "ann", key: "key-ann", joined: true });
    await settle();
    expect(server.auths.at(-1)).toMatchObject({ key: "key-ann" });
    expect(server.auths.at(-1)).not.toHaveProperty("last"); // it has missed nothing: it was never there
    expect([call.status, server.open, peers.made.length]).toEqual(["meeting", 1, 2]);
  });

  it("goes in anew when the other one has left meanwhile", async () => {
    const { call, server } = await inLobby();
    call.goOnHere();
    server.connect({ key: "key3", joined: false });
    await settle();
    expect([call.status, server.asked("join").length]).toEqual(["meeting", 1]);
  });
});

describe("the end", () => {
  it("gives up the seat, and the devices go dark", async () => {
    const { call, server, media, tabStore } = await inMeeting();
    call.leave();
    await settle();
    expect([call.status, call.leftReason]).toEqual(["left", "you-left"]);
    expect(server.asked("leave")).toHaveLength(1);
    expect(tabStore.read("noom.key.team")).toBeNull();
    expect(media.opened.every((track) => track.readyState === "ended")).toBe(true);
    await call.rejoin();
    server.connect();
    await settle();
    expect(call.status).toBe("meeting");
  });

  it("waits for nobody: without a network, too, the devices go dark at once", async () => {
    const { call, server, media, tabStore } = await inMeeting();
    server.answers.leave = never;
    void call.leave();
    expect([call.status, server.asked("leave").length, tabStore.read("noom.key.team")]).toEqual(["left", 1, null]);
    await settle();
    expect(media.opened.every((track) => track.readyState === "ended")).toBe(true);
  });

  it("who turns back while joining leaves no seat behind", async () => {
    const { call, server } = house;
    server.answers.join = never;
    call.open("team");
    server.connect();
    void call.join("Ann");
    call.shut();
    expect(server.asked("leave")).toHaveLength(1);
    call.open("team");
    server.connect();
    call.shut();
    expect(server.asked("leave")).toHaveLength(1); // nothing was asked for in this lobby
  });

  it.each([
    ["removed", 0],
    ["ended", 0],
    ["replaced", 1],
  ] as const)("%s is told, and the key is kept only if the seat can be taken back", async (reason, keys) => {
    const { call, server, tabStore } = await inMeeting();
    server.say({ event: "ended", data: { reason } });
    expect([call.status, call.leftReason, tabStore.read("noom.key.team")]).toEqual(["left", reason, keys ? "key1" : null]);
    expect(server.open).toBe(0);
  });

  it("who ends the meeting for all is not told that the server is gone", async () => {
    const { call, server, notices } = await inMeeting();
    server.answers.end = () => {
      server.say({ event: "ended", data: { reason: "ended" } });
      return { ok: false, failure: { code: "unreachable", text: "closed before the answer came" } };
    };
    expect(await call.meeting.endForAll()).toBe(false);
    expect([call.leftReason, notices.list]).toEqual(["ended", []]);
  });

  it("a page that closes says so, for the others, and keeps its key, for a reload", async () => {
    const { call, server, tabStore } = await inMeeting();
    call.pageCloses();
    expect(server.asked("closing")).toHaveLength(1);
    expect([call.status, tabStore.read("noom.key.team")]).toEqual(["meeting", "key1"]);
  });

  it("a page that closes in the lobby has no seat to speak of", async () => {
    house.call.open("team");
    house.server.connect();
    house.call.pageCloses();
    expect(house.server.asked("closing")).toHaveLength(0);
  });

  it("a server that shuts down is waited for", async () => {
    const { call, server } = await inMeeting();
    server.say({ event: "ended", data: { reason: "shutdown" } });
    server.cut();
    expect([call.status, server.open]).toEqual(["reconnecting", 1]);
  });
});

function camera(state: "on" | "off"): Participant["tracks"] {
  return { microphone: "off", camera: state, screen: "off", "screen-audio": "off" };
}
