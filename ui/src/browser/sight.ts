/** Tells whether an element is in view or nearly so, now and when that changes, until the returned function is called. */
export type Look = (element: Element, sink: (near: boolean) => void) => () => void;

/** What is half a screen away is on its way here. */
const margin = "50%";

export const look: Look = (element, sink) => {
  const observer = new IntersectionObserver(
    (entries) => {
      const last = entries.at(-1);
      if (last) sink(last.isIntersecting);
    },
    { rootMargin: margin },
  );
  observer.observe(element);
  return () => observer.disconnect();
};
