/** Making and playing `<video>` elements. */

/** A silent element that plays what it is given. Sound comes from slots of its own. */
export function makeVideo(page: Document): HTMLVideoElement {
  const video = page.createElement("video");
  video.autoplay = true;
  video.muted = true;
  video.playsInline = true;
  video.disablePictureInPicture = true; // pictures move between elements' tiles
  video.tabIndex = -1;
  return video;
}

/** Plays. A browser refuses only while the element is being moved or has nothing yet, and then autoplay does it. */
export function play(video: HTMLVideoElement): void {
  if (video.paused) video.play().catch(() => undefined);
}

/**
 * A place where elements play unseen: within the page and rendered, because browsers stop decoding what is
 * neither. Styled from script, which a strict CSP allows.
 */
export function offstage(page: Document): HTMLElement {
  const place = page.createElement("div");
  place.ariaHidden = "true";
  place.inert = true;
  Object.assign(place.style, {
    position: "fixed",
    bottom: "0",
    right: "0",
    width: "1px",
    height: "1px",
    overflow: "hidden",
    opacity: "0",
    pointerEvents: "none",
    zIndex: "-1",
  });
  page.body.append(place);
  return place;
}
