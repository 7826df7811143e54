import { pan, span, whole, zoom, type Point, type View } from "../lib/zoom";

/** A double click looks this closely. */
const close = 2.5;
/** A key or a button, a notch. */
const step = 1.25;
/** Arrow keys move by this much of the frame. */
const stride = 0.15;

/** Zooms and pans a picture: ctrl and wheel, two fingers, keys, double click. `changed` learns the scale. */
export class Lens {
  view: View = $state.raw(whole);
  readonly #changed: (scale: number) => void;
  #frame: HTMLElement | null = null;
  readonly #fingers = new Map<number, Point>();

  constructor(changed: (scale: number) => void) {
    this.#changed = changed;
  }

  /** The picture's transform within its frame. */
  get transform(): string | undefined {
    const { scale, x, y } = this.view;
    return scale === 1 ? undefined : `translate(${x}px, ${y}px) scale(${scale})`;
  }

  in(): void {
    this.#zoom(step);
  }

  out(): void {
    this.#zoom(1 / step);
  }

  reset(): void {
    this.#look(whole);
  }

  /** Attachment for the frame. */
  readonly watch = (frame: HTMLElement): (() => void) => {
    this.#frame = frame;
    const stop = new AbortController();
    const listen = <E extends Event>(name: string, does: (event: E) => void) =>
      frame.addEventListener(name, does as (event: Event) => void, { signal: stop.signal, passive: false });
    listen<WheelEvent>("wheel", (event) => this.#wheel(event));
    listen<PointerEvent>("pointerdown", (event) => this.#down(event));
    listen<PointerEvent>("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"]) {
      listen<PointerEvent>(end, (event) => void this.#fingers.delete(event.pointerId));
    }
    listen<MouseEvent>("dblclick", (event) => {
      if (onButton(event)) return;
      if (this.view.scale > 1) this.reset();
      else this.#zoom(close, this.#at(event));
    });
    listen<KeyboardEvent>("keydown", (event) => this.#key(event));
    return () => {
      stop.abort();
      this.#fingers.clear();
      this.#frame = null;
      this.#look(whole);
    };
  };

  #wheel(event: WheelEvent): void {
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    // Touchpads say a pinch as a wheel with ctrl.
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.#zoom(Math.exp(-Math.max(-50, Math.min(50, event.deltaY * lines)) / 120), this.#at(event));
    } else if (this.view.scale > 1) {
      event.preventDefault();
      this.#pan({ x: -event.deltaX * lines, y: -event.deltaY * lines });
    }
  }

  #down(event: PointerEvent): void {
    if (onButton(event) || event.button !== 0) return;
    this.#fingers.set(event.pointerId, this.#at(event));
    if (this.view.scale > 1 || this.#fingers.size > 1) this.#frame?.setPointerCapture(event.pointerId);
  }

  #move(event: PointerEvent): void {
    const before = this.#fingers.get(event.pointerId);
    if (!before) return;
    const now = this.#at(event);
    const other = [...this.#fingers].find(([id]) => id !== event.pointerId)?.[1];
    this.#fingers.set(event.pointerId, now);
    if (!other) return this.#pan({ x: now.x - before.x, y: now.y - before.y });
    const [was, is] = [span(before, other), span(now, other)];
    this.#zoom(is.apart / was.apart, is);
    this.#pan({ x: is.x - was.x, y: is.y - was.y });
  }

  #key(event: KeyboardEvent): void {
    const does: Record<string, () => void> = { "+": () => this.in(), "=": () => this.in(), "-": () => this.out() };
    does["0"] = () => this.reset();
    const { width = 0, height = 0 } = this.#frame?.getBoundingClientRect() ?? {};
    if (this.view.scale > 1) {
      does["ArrowLeft"] = () => this.#pan({ x: width * stride, y: 0 });
      does["ArrowRight"] = () => this.#pan({ x: -width * stride, y: 0 });
      does["ArrowUp"] = () => this.#pan({ x: 0, y: height * stride });
      does["ArrowDown"] = () => this.#pan({ x: 0, y: -height * stride });
    }
    const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : does[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  #zoom(factor: number, at?: Point): void {
    const frame = this.#frame?.getBoundingClientRect();
    if (frame) this.#look(zoom(this.view, factor, at ?? { x: frame.width / 2, y: frame.height / 2 }, frame));
  }

  #pan(by: Point): void {
    const frame = this.#frame?.getBoundingClientRect();
    if (frame && this.view.scale > 1) this.#look(pan(this.view, by, frame));
  }

  #look(view: View): void {
    const { scale } = this.view;
    this.view = view;
    if (view.scale !== scale) this.#changed(view.scale);
  }

  #at(event: MouseEvent): Point {
    const frame = this.#frame?.getBoundingClientRect();
    return { x: event.clientX - (frame?.left ?? 0), y: event.clientY - (frame?.top ?? 0) };
  }
}

function onButton(event: Event): boolean {
  return event.target instanceof Element && event.target.closest("button") !== null;
}
