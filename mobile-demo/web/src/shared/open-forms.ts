/** How many forms hold something typed: nothing may reload the page while there are any. */
import { useEffect, useSyncExternalStore } from "react";

let open = 0;
const listeners = new Set<() => void>();

function add(by: 1 | -1) {
  open += by;
  listeners.forEach((listener) => listener());
}

export function useFormOpen(is: boolean) {
  useEffect(() => {
    if (!is) return;
    add(1);
    return () => add(-1);
  }, [is]);
}

export function useAnyFormOpen(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => open > 0,
  );
}
