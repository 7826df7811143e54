import { WebAttention } from "../src/browser/attention";
import { WebLittleWindow } from "../src/browser/little-window";
import { openStore } from "../src/browser/storage";
import { emojis, trackNumber, type FailureReason, type Participant, type TrackState } from "../src/lib/protocol";
import { FakeMedia } from "../src/browser/fake-media";
import { FakeWallpapers } from "../src/browser/fakes";
import { Backdrops } from "../src/state/backdrops.svelte";
import type { Screen } from "../src/state/app.svelte";
import { Apart } from "../src/state/apart.svelte";
import { Captions } from "../src/state/captions.svelte";
import { Chrome } from "../src/state/chrome.svelte";
import { Overlays } from "../src/state/overlays";
import { Keyring } from "../src/state/keyring.svelte";
import { Meeting, type Ask } from "../src/state/meeting.svelte";
import { Reactions } from "../src/state/reactions.svelte";
import { Roster } from "../src/state/roster.svelte";
import type { Preferences } from "../src/state/preferences.svelte";
import { Stage } from "../src/state/stage.svelte";
import { talk } from "./chat";
import { FakeApp, FakeCall, FakeDevices, FakePreferences, Stills } from "./fakes.svelte";
import { appealOf, myRooms, setRoom, withHosts } from "./hosts";
import { portrait } from "./portrait";
import { slide } from "./slide";

const names = {
  en: ["Mina Park", "Elias Berg", "Noor Haddad", "Juno Whitaker", "Tomás Rivera", "Aiko Tanaka", "Sam Okafor"],
  ko: ["박미나", "이서준", "김하윤", "정도윤", "최지우", "한예린", "윤시우"],
};
const more = {
  en: ["Priya Nair", "Leo Fischer", "Chloé Martin", "Ravi Menon", "Hana Kim", "Oskar Lind", "Grace Liu", "Idris Cole"],
  ko: ["오민재", "신유나", "Leo Fischer", "강태오", "문소율", "배준호", "임채원", "서다인"],
};

/** There is no server in the gallery. */
const nobody: Ask = async () => ({ ok: false, failure: { code: "unreachable", text: "gallery" } });

/** Everything a screen shows, as the address asks for it. */
export async function scene(query: URLSearchParams) {
  const language = query.get("lang") === "ko" ? "ko" : "en";
  const count = Number(query.get("people") ?? 5);
  const preferences = new FakePreferences();
  preferences.language = language;
  preferences.theme = (query.get("theme") as FakePreferences["theme"] | null) ?? "system";
  preferences.captionSize = (query.get("size") as FakePreferences["captionSize"] | null) ?? "normal";
  preferences.name = query.has("noname") ? "" : (names[language][0] ?? "");
  preferences.recentRooms = recent(language, query.has("fresh"));

  const call = new FakeCall();
  const people = withHosts(everybody(language, count, query), query);
  [call.me = null] = people;
  call.participants = people.slice(1);
  call.speaking = count > 1 ? ["2"] : [];
  set(call, query);

  const app = new FakeApp();
  app.screen = (query.get("screen") as Screen | null) ?? "home";
  const devices = new FakeDevices();
  if (!query.has("nocamera")) {
    devices.cameraTrack = {} as MediaStreamTrack;
    devices.picture = portrait(1);
  }
  troubles(devices, call, query);
  const backdrops = new Backdrops(new FakeWallpapers(), new FakeMedia(), preferences as unknown as Preferences);
  const keyring = new Keyring(openStore("session"));
  const roster = new Roster();
  roster.me = call.me;
  roster.participants = call.participants;
  roster.speaking = call.speaking;
  const meeting = new Meeting(roster, nobody, () => undefined);
  setRoom(meeting, call, query, more[language]);
  const rooms = await myRooms(keyring, preferences, query);
  const stills = new Stills(pictures(people), (event) => stage.see(event));
  const stage: Stage = new Stage(roster, preferences as unknown as Preferences, stills, () => meeting.state.spotlight);
  if (query.get("layout") === "speaker") stage.layout = "speaker";
  stage.update();
  const reactions = new Reactions(nobody);
  const apart = new Apart(new WebLittleWindow(window));
  const chrome = new Chrome();
  const overlays = new Overlays({ arm: () => undefined, disarm: () => undefined, watch: () => () => undefined });
  chrome.tidy = query.has("tidy");
  signals(query, meeting, reactions, people);
  const chat = talk(roster, query, language);
  const attention = new WebAttention(window);
  const captions = speech(query, people);
  return {
    ...{ attention, apart, app, appeal: appealOf(meeting, devices, query), preferences, keyring, rooms, devices, backdrops, captions },
    ...{ call, chat, chrome, meeting, overlays, reactions, stage },
  };
}

/** What people and hosts signal: `react`, `hosting`, `locked`, `timer=SECONDS`, `spotlight=ID`. */
function signals(query: URLSearchParams, meeting: Meeting, reactions: Reactions, people: readonly Participant[]): void {
  if (query.has("react")) {
    const all = people.flatMap(({ id }, at) => ({ id, emoji: emojis[at % emojis.length] ?? "👏" }));
    setTimeout(() => reactions.receive(all), 300);
  }
  const seconds = Number(query.get("timer") ?? 0);
  meeting.state = {
    locked: query.has("locked"),
    spotlight: query.get("spotlight")?.split(",") ?? [],
    timer: seconds ? { seconds, endsAt: Date.now() + seconds * 1000 } : null,
    startedAt: Date.now() - 23 * 60_000,
  };
}

/** `captions=hello` has the third of the people say that, after the second has said much and has not yet ended. */
function speech(query: URLSearchParams, people: readonly Participant[]): Captions {
  const captions = new Captions();
  const told = query.get("captions");
  const [, second, third] = people.map(({ id }) => id);
  if (!told || !second || !third) return captions;
  for (const text of ["First.", "Second.", "Third."]) captions.say({ speaker: second, text, final: true });
  captions.say({ speaker: second, text: "And then", final: false });
  captions.say({ speaker: third, text: told, final: true });
  return captions;
}

function recent(language: "en" | "ko", none: boolean): FakePreferences["recentRooms"] {
  if (none) return [];
  const rooms =
    language === "ko"
      ? ["디자인-회의", "주간-공유", "quiet-maple-harbor-4821"]
      : ["design-review", "standup", "quiet-maple-harbor-4821"];
  return rooms.map((name, at) => ({ name, at: Date.now() - at * 26 * 3_600_000 }));
}

function everybody(language: "en" | "ko", count: number, query: URLSearchParams): Participant[] {
  const all = [...names[language], ...more[language]];
  return Array.from({ length: count }, (_, at) => ({
    id: String(at + 1),
    seat: at + 1,
    role: at === 0 && query.has("hosting") ? "host" : "speaker",
    who: `w${at + 1}`,
    hand: query.has("hands") && at % 2 === 0 ? 100 - at : 0,
    name: all[at % all.length] ?? "",
    tracks: {
      microphone: at % 3 === 2 ? "muted" : "on",
      camera: (at % 5 === 3 ? "off" : "on") as TrackState,
      screen: (query.has("share") && at === 1) || (query.get("share") === "2" && at === 2) ? "on" : "off",
      "screen-audio": "off",
    },
    away: at === 6 && count < 13,
    joinedAt: Date.now() - at * 60_000,
  }));
}

function pictures(people: readonly Participant[]): Map<number, string> {
  const hung = new Map<number, string>();
  for (const { seat, tracks, away } of people) {
    if (tracks.camera === "on" && !away) hung.set(trackNumber(seat, "camera"), portrait(seat));
    if (tracks.screen === "on") hung.set(trackNumber(seat, "screen"), slide());
  }
  return hung;
}

function set(call: FakeCall, query: URLSearchParams): void {
  call.leftReason = (query.get("reason") as FakeCall["leftReason"]) ?? "you-left";
  const path = query.get("path");
  if (path === "tcp" || path === "relay") call.path = { kind: path, rtt: 40 };
  if (query.has("muted")) call.microphoneOn = false;
  if (query.has("nocamera")) call.cameraOn = false;
  call.mutedTalking = query.has("talking");
  call.soundBlocked = query.has("blocked");
  if (query.has("reconnecting")) call.status = "reconnecting";
  if (query.has("sharing")) call.sharing = true;
  const reason = query.get("failure");
  if (reason === "retry") call.failure = { code: "limited", text: "", retry: 42 };
  else if (reason !== null) call.failure = { code: "forbidden", text: "", reason: reason as FailureReason };
  if (query.get("screen") === "lobby") {
    const inside = Number(query.get("inside") ?? 5);
    call.inside = call.participants.slice(0, inside).map(({ id, name }) => ({ id, name }));
  }
}

function troubles(devices: FakeDevices, call: FakeCall, query: URLSearchParams): void {
  if (query.has("denied")) {
    devices.problems = [
      { device: "camera", kind: "denied" },
      { device: "microphone", kind: "in-use" },
    ];
    devices.level = 0;
    call.microphoneOn = false;
  }
}
