/**
 * Tells an element how much of the window's foot a phone's keyboard covers, as --keyboard. Where the browser takes the
 * keyboard's room from the page by itself (interactive-widget in index.html) that is nothing; iPhones lay it over the page.
 */
export function aboveKeyboard(element: HTMLElement): (() => void) | undefined {
  const page = element.ownerDocument;
  const window = page.defaultView;
  const viewport = window?.visualViewport;
  if (!window || !viewport) return undefined;
  const stop = new AbortController();
  const follow = () => {
    // A pinched page shows less of itself too; no keyboard has to do with it.
    const covered = viewport.scale > 1 ? 0 : Math.max(0, page.documentElement.clientHeight - viewport.height);
    element.style.setProperty("--keyboard", `${Math.round(covered)}px`);
    // The page was pushed up to bring the field into sight, which it is by now.
    if (covered > 0 && viewport.offsetTop > 0) window.scrollTo(0, 0);
  };
  viewport.addEventListener("resize", follow, { signal: stop.signal });
  viewport.addEventListener("scroll", follow, { signal: stop.signal });
  follow();
  return () => stop.abort();
}
