/**
 * Who may do what to whom, as the server has it (PROTOCOL.md, Roles). The page shows nobody what they may not do;
 * the server decides.
 */
import type { Allowed, Kind, Participant, Role, Settings } from "./protocol";

/** What is done to another participant. */
export type Deed =
  | "silence"
  | "ask"
  | "lower-hand"
  | "rename"
  /** To cohost or host. */
  | "promote"
  /** As speaker or viewer. */
  | "place"
  | "spotlight"
  | "remove";

const everybody: readonly Role[] = ["host", "cohost", "speaker", "viewer"];
const belowHost: readonly Role[] = ["cohost", "speaker", "viewer"];
const belowCohost: readonly Role[] = ["speaker", "viewer"];
const senders: readonly Role[] = ["host", "cohost", "speaker"];

const reaches: Readonly<Record<Deed, { readonly host: readonly Role[]; readonly cohost: readonly Role[] }>> = {
  silence: { host: everybody, cohost: belowHost },
  ask: { host: senders, cohost: senders },
  "lower-hand": { host: everybody, cohost: everybody },
  rename: { host: belowHost, cohost: belowHost },
  promote: { host: everybody, cohost: [] },
  place: { host: everybody, cohost: belowCohost },
  spotlight: { host: everybody, cohost: everybody },
  remove: { host: belowHost, cohost: belowCohost },
};

/** Whether one of role `mine` may do this to another of role `target`. */
export function may(mine: Role, deed: Deed, target: Role): boolean {
  return (mine === "host" || mine === "cohost") && reaches[deed][mine].includes(target);
}

/** Host or cohost. */
export function leads(role: Role): boolean {
  return role === "host" || role === "cohost";
}

/** One entry of the menu about a person. */
export type Act =
  | { readonly do: "silence"; readonly track: Exclude<Kind, "screen-audio"> }
  | { readonly do: "ask"; readonly track: "microphone" | "camera" }
  | { readonly do: "lower-hand" | "rename" | "handover" | "spotlight" | "unspotlight" | "remove" | "ban" }
  | { readonly do: "role"; readonly role: Exclude<Role, "host"> };

/** What I may do to this person now, in the order a menu shows it. `spotlit`: whom the host shows to all. */
export function actsOn(mine: Role, person: Participant, spotlit: readonly string[]): readonly Act[] {
  const allowed = (deed: Deed) => may(mine, deed, person.role);
  const acts: Act[] = [];
  const { microphone, camera, screen } = person.tracks;
  if (allowed("lower-hand") && person.hand > 0) acts.push({ do: "lower-hand" });
  if (allowed("silence") && microphone === "on") acts.push({ do: "silence", track: "microphone" });
  if (allowed("ask") && microphone !== "on") acts.push({ do: "ask", track: "microphone" });
  if (allowed("silence") && camera === "on") acts.push({ do: "silence", track: "camera" });
  if (allowed("ask") && camera !== "on") acts.push({ do: "ask", track: "camera" });
  if (allowed("silence") && screen === "on") acts.push({ do: "silence", track: "screen" });
  if (allowed("spotlight")) acts.push({ do: spotlit.includes(person.id) ? "unspotlight" : "spotlight" });
  if (allowed("rename")) acts.push({ do: "rename" });
  for (const role of ["cohost", "speaker", "viewer"] as const) {
    if (person.role !== role && allowed(role === "cohost" ? "promote" : "place")) acts.push({ do: "role", role });
  }
  if (allowed("promote") && person.role !== "host") acts.push({ do: "handover" });
  if (allowed("remove")) acts.push({ do: "remove" }, { do: "ban" });
  return acts;
}

/** The protocol's limit. */
const mostSpotlit = 4;

/** Whom all are to see once this person has been put on the spot or taken off: a fifth takes the place of the first. */
export function turnSpotlight(spotlit: readonly string[], id: string): readonly string[] {
  return spotlit.includes(id) ? spotlit.filter((other) => other !== id) : [...spotlit, id].slice(-mostSpotlit);
}

/** Why I may not turn a track on: as a viewer, or by the room's settings. null: I may. */
export type Bar = "role" | "settings" | null;

export function barOf(kind: Kind, role: Role, settings: Settings): Bar {
  if (role === "viewer") return "role";
  if (leads(role)) return null;
  const allowed: Allowed = kind === "microphone" ? settings.unmute : kind === "camera" ? "all" : settings.share;
  return allowed === "hosts" ? "settings" : null;
}
