import { mount } from "svelte";
import Root from "./App.svelte";
import { WebAttention } from "./browser/attention";
import { openFiles } from "./browser/files";
import { WebBack } from "./browser/back";
import { WebHandset } from "./browser/handset";
import { WebLittleWindow } from "./browser/little-window";
import { openPeer } from "./browser/peer";
import { PagePictures } from "./browser/pictures";
import { WebRooms } from "./browser/rooms";
import { openSignalling } from "./browser/signalling";
import { WebSite } from "./browser/site";
import { look } from "./browser/sight";
import { PageSounds } from "./browser/sounds";
import { openStore } from "./browser/storage";
import { KeptWallpapers } from "./browser/wallpapers";
import { WebMedia } from "./browser/web-media";
import { Apart } from "./state/apart.svelte";
import { App } from "./state/app.svelte";
import { Backdrops } from "./state/backdrops.svelte";
import { Call } from "./state/call.svelte";
import { Captions } from "./state/captions.svelte";
import { carry } from "./state/carrying.svelte";
import { Chrome } from "./state/chrome.svelte";
import { Devices } from "./state/devices.svelte";
import { holdBack } from "./state/holding.svelte";
import { Keyring } from "./state/keyring.svelte";
import { MyRooms } from "./state/my-rooms.svelte";
import { Notices } from "./state/notices.svelte";
import { Overlays } from "./state/overlays";
import type { Page } from "./state/page";
import { Preferences } from "./state/preferences.svelte";
import { Roster } from "./state/roster.svelte";
import { Seats } from "./state/seats";
import { Stage } from "./state/stage.svelte";

/** Builds everything once, in the order of need; nothing else makes state. */
function build(): Page {
  const notices = new Notices();
  const preferences = new Preferences(openStore("local"), navigator.languages);
  const keyring = new Keyring(openStore("local"));
  const media = new WebMedia();
  const devices = new Devices(media, preferences, notices);
  const backdrops = new Backdrops(new KeptWallpapers(), media, preferences);
  const roster = new Roster();
  const pictures = new PagePictures(document, (event) => stage.see(event));
  const stage: Stage = new Stage(roster, preferences, pictures, () => call.meeting.state.spotlight);
  const sounds = new PageSounds(document, (blocked) => call.setSoundBlocked(blocked));
  const tabStore = openStore("session");
  const call: Call = new Call({
    ...{ openSignalling, openPeer, openFiles, look, tabStore, seats: new Seats(tabStore, openStore("local")) },
    ...{ media, pictures, sounds, preferences, keyring, devices, notices, roster, stage },
  });
  carry(call, devices, new WebHandset(window));
  const rooms = new MyRooms(new WebRooms(fetch), keyring, preferences);
  const site = new WebSite(window);
  const app = new App(site, call, notices, keyring, rooms);
  const { appeal, chat, meeting, reactions } = call;
  holdBack(call, chat, site);
  const apart = new Apart(new WebLittleWindow(window));
  const attention = new WebAttention(window);
  return {
    ...{ attention, apart, app, appeal, preferences, keyring, rooms, devices, backdrops, call, captions: new Captions(), chat },
    ...{ chrome: new Chrome(), meeting, overlays: new Overlays(new WebBack(window)), reactions, stage },
  };
}

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");
mount(Root, { target, props: { page: build() } });
