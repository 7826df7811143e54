const steps = {
  horizontal: { ArrowLeft: -1, ArrowRight: 1 },
  vertical: { ArrowUp: -1, ArrowDown: 1 },
  both: { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 },
} as const;

/** Arrow keys among the enabled buttons in an element, as toolbars and menus have them; Home and End too. */
export function arrows(axis: keyof typeof steps) {
  const step: Readonly<Record<string, number>> = steps[axis];
  return (container: HTMLElement): (() => void) => {
    const move = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const all = [...container.querySelectorAll<HTMLElement>("button:not(:disabled)")].filter(inSight);
      const here = all.indexOf(container.ownerDocument.activeElement as HTMLElement);
      const by = step[event.key];
      const to = by === undefined ? { Home: 0, End: all.length - 1 }[event.key] : here + by;
      if (to === undefined || here < 0) return;
      event.preventDefault();
      all.at(to % all.length)?.focus();
    };
    container.addEventListener("keydown", move);
    return () => container.removeEventListener("keydown", move);
  };
}

/** The first button of a menu that just opened, or what is chosen in a menu that begins with a choice. */
export function focusFirst(container: HTMLElement): void {
  const first = [...container.querySelectorAll<HTMLElement>("button:not(:disabled)")].find(inSight);
  const choice = first?.role === "menuitemradio";
  const chosen = choice ? container.querySelector<HTMLElement>("[aria-checked='true']") : null;
  (chosen && inSight(chosen) ? chosen : first)?.focus();
}

/** Whoever opened a panel is in it, unless something in it has taken the focus already. */
export function enter(panel: HTMLElement): void {
  if (!panel.contains(panel.ownerDocument.activeElement)) panel.focus({ preventScroll: true });
}

/**
 * Whoever is in here stays in here when what had the focus goes: a menu's item that no longer applies, the line of somebody
 * who left. `rest` has it then.
 */
export function keepFocus(rest: (container: HTMLElement) => void): (container: HTMLElement) => () => void {
  return (container) => {
    const page = container.ownerDocument;
    let last = container.contains(page.activeElement) ? page.activeElement : null;
    const follow = ({ target }: FocusEvent) => (last = target instanceof Element ? target : null);
    const observer = new MutationObserver(() => {
      if (!last || last.isConnected || (page.activeElement && page.activeElement !== page.body)) return;
      last = null;
      rest(container);
    });
    container.addEventListener("focusin", follow);
    observer.observe(container, { childList: true, subtree: true });
    return () => {
      observer.disconnect();
      container.removeEventListener("focusin", follow);
    };
  };
}

/**
 * What has the focus as this is called, before something comes up, has it again when that goes with the focus in it; at the
 * least the toolbar has. Nothing has it: nothing will, so that Space goes on to be for talking.
 */
export function returnFocus(): (container: HTMLElement) => () => void {
  const page = document;
  const before = page.activeElement;
  return (container) => () => {
    if (page.activeElement && page.activeElement !== page.body && !container.contains(page.activeElement)) return;
    if (before === page.body) return page.querySelector("main")?.focus({ preventScroll: true });
    const back = before instanceof HTMLElement && before.isConnected && inSight(before);
    (back ? before : page.querySelector<HTMLElement>("[role='toolbar'] button"))?.focus();
  };
}

/**
 * Put on a list whose entries go by themselves. The focus does not go with one: `entry`, put on each of them, hands it to
 * another one of the list where keys are used, or back to what had it before.
 */
export function handOn() {
  let list: HTMLElement | undefined;
  let before: EventTarget | null = null;
  /** What in the list had the focus last: an entry that goes has lost it by the time it is told. */
  let at: Element | null = null;
  let keys = false;
  return {
    list: (element: HTMLElement): (() => void) => {
      list = element;
      const came = ({ target, relatedTarget }: FocusEvent) => {
        if (!(relatedTarget instanceof Node && element.contains(relatedTarget))) before = relatedTarget;
        at = target instanceof Element ? target : null;
        keys = at?.matches(":focus-visible") ?? false;
      };
      element.addEventListener("focusin", came);
      return () => element.removeEventListener("focusin", came);
    },
    entry: (element: HTMLElement) => () => {
      const { activeElement, body } = element.ownerDocument;
      if (!list || !at || !element.contains(at)) return;
      if (activeElement && activeElement !== body && !element.contains(activeElement)) return; // it has gone on by itself
      at = null;
      const next = [...list.querySelectorAll<HTMLElement>("button")].findLast((button) => !element.contains(button));
      const back = before instanceof HTMLElement && before.isConnected && inSight(before) ? before : null;
      ((keys ? next : null) ?? back ?? element.ownerDocument.querySelector("main"))?.focus({ preventScroll: true });
    },
  };
}

function inSight(element: HTMLElement): boolean {
  return element.getClientRects().length > 0;
}
