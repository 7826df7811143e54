import { expect, it } from "vitest";
import { asTrack, FakeMedia, FakeTrack } from "../browser/fake-media";
import { Notices } from "./notices.svelte";
import { Sharing } from "./sharing.svelte";

it("a screen that is chosen after the meeting has ended is not captured", async () => {
  const media = new FakeMedia();
  const sharing = new Sharing(media, new Notices());
  const video = new FakeTrack("video", { id: "", label: "Screen" });
  media.screen = { video: asTrack(video), audio: null };
  const starting = sharing.start();
  sharing.stop();
  await starting;
  expect([sharing.tracks, video.readyState]).toEqual([null, "ended"]);
});
