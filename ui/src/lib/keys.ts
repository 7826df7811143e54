/** Which shortcut a key press means. */

interface Press {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/**
 * The name of the key: a capital letter, "?", "Space", or "" for what cannot be a shortcut. With a Korean (or
 * other) layout the letter is the one printed at that place of the keyboard.
 */
export function keyName(press: Press): string {
  if (press.ctrlKey || press.metaKey || press.altKey) return "";
  if (press.code === "Space" || press.key === " ") return "Space";
  if (press.key === "?") return "?";
  if (/^[a-z]$/i.test(press.key)) return press.key.toUpperCase();
  return /^Key([A-Z])$/.exec(press.code)?.[1] ?? "";
}

/** Whether the keys belong to what has the focus: a field, a menu, a dialog. */
export function typing(event: KeyboardEvent): boolean {
  const target = event.target;
  return (
    event.isComposing ||
    (target instanceof Element &&
      target.closest("input:not([type=radio]), textarea, select, [role=menu], dialog") !== null)
  );
}
