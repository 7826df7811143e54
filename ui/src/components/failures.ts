import type { Key } from "../i18n/words";
import type { Failure } from "../lib/protocol";

/** The words for what the server refused, outside the door of a room. */
export function failureKey({ code, reason }: Failure): Key {
  if (reason === "role" || reason === "settings") return `error.${reason}`;
  return `error.${code}`;
}

/** The words for what the server refused in a meeting; `why` is a failure's reason, where that matters, or its code. */
export function refusedKey(why: string | undefined): Key {
  switch (why) {
    case "not_found":
    case "full":
    case "invalid":
      return `refused.${why}`;
    case "forbidden":
      return "error.role";
    case "name":
      return "door.error.name";
    case "conflict":
    case "limited":
    case "unreachable":
    case "role":
    case "settings":
      return `error.${why}`;
    default:
      return "error.internal";
  }
}

/** The words for not being let into a room; `retry` counts down and stands apart. */
export function doorKey({ code, reason }: Failure): Key {
  switch (reason) {
    case "passcode":
    case "locked":
    case "full":
    case "lobby_full":
    case "busy":
    case "banned":
    case "name":
      return `door.error.${reason}`;
    default:
      return `error.${code}`;
  }
}

/** The words for having to wait before one asks at the door again, and for how long: `left` are the seconds until then. */
export function laterKey({ reason }: Failure, left: number): Key {
  if (left === 0) return "door.error.now";
  switch (reason) {
    case "refused":
    case "neighbours":
      return `door.error.${reason}`;
    case "busy":
      return "door.error.busyLater";
    default:
      return "door.error.retry";
  }
}
