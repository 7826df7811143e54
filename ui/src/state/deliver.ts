import type { Pictures } from "../browser/pictures";
import type { ServerEvent } from "../lib/protocol";
import type { Appeal } from "./appeal.svelte";
import type { Chat } from "./chat.svelte";
import type { Doorbell } from "./doorbell";
import type { Meeting } from "./meeting.svelte";
import type { Reactions } from "./reactions.svelte";
import type { Roster } from "./roster.svelte";
import type { Stage } from "./stage.svelte";
import type { Traffic } from "./traffic.svelte";

/** Whom events of the server concern. */
export interface Recipients {
  readonly roster: Roster;
  readonly stage: Stage;
  readonly pictures: Pictures;
  readonly chat: Chat;
  readonly meeting: Meeting;
  readonly reactions: Reactions;
  readonly appeal: Appeal;
  readonly doorbell: Doorbell;
  readonly traffic: Traffic;
}

/** What is the call's own business: greeting, entering and ending. */
export type OwnEvent = "session" | "admitted" | "ended";

/** Brings an event of the server to those whom it concerns. */
export function deliver(event: Exclude<ServerEvent, { event: OwnEvent }>, to: Recipients): void {
  const { roster, stage, meeting } = to;
  switch (event.event) {
    case "inside":
      roster.inside = event.data.inside;
      return;
    case "joined":
    case "updated": {
      const { me } = roster;
      roster.put(event.data.participant);
      if (me?.id === event.data.participant.id) to.appeal.changed(me, event.data.participant);
      return stage.update();
    }
    case "left":
      roster.remove(event.data.id);
      return stage.update();
    case "speaker":
      roster.speaking = event.data.speaking;
      return stage.update();
    case "slots":
      return to.pictures.switch(event.data.slots);
    case "paused":
      return stage.rest(event.data.tracks);
    case "layers":
      return void to.traffic.limit(event.data.track, event.data.layers);
    case "chat":
      return to.chat.receive(event.data.message);
    case "chat_changed":
      return to.chat.change(event.data.message);
    case "settings":
      meeting.settings = event.data.settings;
      return;
    case "meeting":
      meeting.state = event.data.meeting;
      return stage.update();
    case "waiting":
      to.doorbell.hear(meeting.waiting, event.data.waiting);
      meeting.waiting = event.data.waiting;
      return;
    case "asked":
      return to.appeal.ask(event.data.by, event.data.track);
    case "silenced":
      return to.appeal.silence(event.data.by, event.data.track);
    case "reactions":
      return to.reactions.receive(event.data.reactions);
  }
}
