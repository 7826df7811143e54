import type { Key } from "../i18n/words";
import type { Failure } from "../lib/protocol";

/** The words for what the server refused, outside the door of a room. */
export function failureKey({ code, reason }: Failure): Key {
  if (reason === "role" || reason === "settings") return `error.${reason}`;
  return `error.${code}`;
}

/** The words for not being let into a room; `retry` counts down and stands apart. */
export function doorKey({ code, reason }: Failure): Key {
  switch (reason) {
    case "passcode":
    case "locked":
    case "full":
    case "lobby_full":
    case "banned":
    case "name":
      return `door.error.${reason}`;
    default:
      return `error.${code}`;
  }
}
