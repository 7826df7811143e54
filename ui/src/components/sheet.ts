import { dismisses } from "../lib/drag";

/** Where panels, menus and dialogs are sheets that rise from below: as the styles have it. */
const narrow = "(width < 40rem)";

/** Put on the grip or the header of a sheet: a finger drags the sheet down and away. `sheet` finds it. */
export function dragAway(close: () => void, sheet = ".sheet") {
  return (grip: HTMLElement): (() => void) => {
    const stop = new AbortController();
    const listen = (name: "pointerdown" | "pointermove" | "pointerup" | "pointercancel", act: (event: PointerEvent) => void) =>
      grip.addEventListener(name, act, { signal: stop.signal });
    let from: PointerEvent | null = null;
    let last: { readonly y: number; readonly at: number; readonly speed: number } | null = null;

    const element = () => grip.closest<HTMLElement>(sheet);
    const move = (by: number | null) => {
      const { style } = element() ?? grip;
      style.setProperty("translate", by === null ? "" : `0 ${by}px`);
      style.setProperty("transition", by === null ? "translate var(--move) var(--ease)" : "none");
    };

    listen("pointerdown", (event) => {
      const onButton = event.target instanceof Element && event.target.closest("button, a, input");
      if (event.pointerType === "mouse" || onButton || !grip.ownerDocument.defaultView?.matchMedia(narrow).matches) return;
      from = event;
      last = { y: event.clientY, at: event.timeStamp, speed: 0 };
      grip.setPointerCapture(event.pointerId);
    });
    listen("pointermove", (event) => {
      if (!from || !last || event.pointerId !== from.pointerId) return;
      const since = event.timeStamp - last.at;
      last = { y: event.clientY, at: event.timeStamp, speed: since > 0 ? (event.clientY - last.y) / since : last.speed };
      move(Math.max(0, event.clientY - from.clientY)); // upwards there is nowhere to go
    });
    const end = (event: PointerEvent) => {
      if (!from || !last || event.pointerId !== from.pointerId) return;
      const gone = event.type === "pointerup" && dismisses(event.clientY - from.clientY, element()?.clientHeight ?? 0, last.speed);
      from = last = null;
      if (gone) close();
      else move(null);
    };
    listen("pointerup", end);
    listen("pointercancel", end);
    return () => stop.abort();
  };
}
