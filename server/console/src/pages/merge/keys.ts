/** Keys of the desk: one for each thing that one does all day. */
import { useEffect, useRef } from "react";

/** What a key does; `true` says that it did, and the browser must not. */
export type Keys = (key: string) => boolean;

/**
 * Listens while nothing else does: not in fields, not while a dialog is open, not with Ctrl or Alt. Enter counts on
 * the page itself only, because on a button it presses the button.
 */
export function useKeys(keys: Keys) {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey)
        return;
      const target = event.target instanceof HTMLElement ? event.target : document.body;
      if (
        target.closest(
          "input:not([type=radio]), textarea, select, [role=dialog], [role=menu], [role=combobox]",
        )
      )
        return;
      if (event.key === "Enter" && target.closest("button, a, summary")) return;
      if (document.querySelector(".ant-modal-wrap:not([style*='display: none'])")) return;
      if (latest.current(event.key)) event.preventDefault();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
}
