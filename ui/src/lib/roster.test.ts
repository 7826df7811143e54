import { expect, it } from "vitest";
import type { Participant } from "./protocol";
import { withoutParticipant, withParticipant } from "./roster";

function person(id: string, seat: number, name = id): Participant {
  return {
    id,
    seat,
    name,
    role: "speaker",
    who: id,
    hand: 0,
    tracks: { microphone: "off", camera: "off", screen: "off", "screen-audio": "off" },
    away: false,
    joinedAt: 0,
  };
}

it("people stand in the order of their seats, once each", () => {
  let list = withParticipant([], person("b", 2));
  list = withParticipant(list, person("a", 1));
  list = withParticipant(list, person("b", 2, "Ben"));
  expect(list.map((one) => one.name)).toEqual(["a", "Ben"]);
  expect(withoutParticipant(list, "a").map((one) => one.id)).toEqual(["b"]);
});
