import { on } from "svelte/events";
import type { Overlays } from "../state/overlays";

/**
 * Attachment for what lies over or beside the rest as long as it is rendered: a phone's way back closes it, and Escape does
 * from wherever the focus is in it. What lies in it and closes by Escape, too, closes alone.
 */
export function overlay(overlays: Overlays, close: () => void): (element: HTMLElement) => () => void {
  return (element) => {
    const settled = overlays.open(close);
    const deaf = on(element, "keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      const dialog = event.target instanceof Element ? event.target.closest("dialog") : null;
      if (dialog && element.contains(dialog)) return; // the browser closes that, later than this
      event.preventDefault();
      event.stopPropagation();
      close();
    });
    return () => {
      deaf();
      settled();
    };
  };
}
