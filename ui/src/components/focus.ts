/** Arrow keys among the enabled buttons in an element, as toolbars and menus have them; Home and End too. */
export function arrows(axis: "horizontal" | "vertical") {
  const [back, forth] = axis === "horizontal" ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
  return (container: HTMLElement): (() => void) => {
    const move = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const all = [...container.querySelectorAll<HTMLElement>("button:not(:disabled)")].filter(inSight);
      const here = all.indexOf(container.ownerDocument.activeElement as HTMLElement);
      const to = { [back]: here - 1, [forth]: here + 1, Home: 0, End: all.length - 1 }[event.key];
      if (to === undefined || here < 0) return;
      event.preventDefault();
      all.at(to % all.length)?.focus();
    };
    container.addEventListener("keydown", move);
    return () => container.removeEventListener("keydown", move);
  };
}

/** The first chosen or else first button of a menu that just opened. */
export function focusFirst(container: HTMLElement): void {
  const chosen = container.querySelector<HTMLElement>("[aria-checked='true']");
  const first = [...container.querySelectorAll<HTMLElement>("button:not(:disabled)")].find(inSight);
  (chosen && inSight(chosen) ? chosen : first)?.focus();
}

function inSight(element: HTMLElement): boolean {
  return element.getClientRects().length > 0;
}
