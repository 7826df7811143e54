import { mount } from "svelte";
import Root from "./App.svelte";
import { App } from "./state/app.svelte";
import { Call } from "./state/call.svelte";
import { Chat } from "./state/chat.svelte";
import { Devices } from "./state/devices.svelte";
import type { Page } from "./state/page";
import { Preferences } from "./state/preferences.svelte";
import { Stage } from "./state/stage.svelte";

const preferences = new Preferences();
const devices = new Devices();
const call = new Call();
const page: Page = {
  app: new App(call, preferences),
  preferences,
  devices,
  call,
  chat: new Chat(),
  stage: new Stage(),
};

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");
mount(Root, { target, props: { page } });
