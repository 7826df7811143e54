import type { Overlays } from "../state/overlays";
import { returnFocus } from "./focus";

/**
 * Attachment for a dialog that is open as long as it is rendered: it lies over all else, a phone's way back closes it, and
 * what had the focus has it again. Call it as the component comes up.
 */
export function modal(overlays: Overlays, close: () => void): (dialog: HTMLDialogElement) => () => void {
  const giveBack = returnFocus();
  return (dialog) => {
    const settled = overlays.open(close);
    const gone = giveBack(dialog);
    dialog.showModal();
    return () => {
      gone();
      settled();
      dialog.close();
    };
  };
}
