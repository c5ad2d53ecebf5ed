/** The list on the left: one chosen row, drawn as far as it is seen, walked with arrow keys or j and k. */
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";

/** Every row is as high as this, so that only arithmetic says what is seen. */
const ROW_PX = 76;
/** Rows drawn above and below what is seen. */
const SPARE_ROWS = 6;

interface QueueProps<Item> {
  label: string;
  /** Said when there is nothing (left). */
  empty: string;
  items: Item[];
  id: (item: Item) => string;
  chosen: string | undefined;
  choose: (id: string) => void;
  row: (item: Item) => ReactNode;
  /** The end is near: read on. */
  more: () => void;
}

export function Queue<Item>({ label, empty, items, id, chosen, choose, row, more }: QueueProps<Item>) {
  const box = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ top: 0, height: 600 });
  const at = items.findIndex((item) => id(item) === chosen);
  const first = Math.max(Math.floor(seen.top / ROW_PX) - SPARE_ROWS, 0);
  const last = Math.min(Math.ceil((seen.top + seen.height) / ROW_PX) + SPARE_ROWS, items.length);

  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const look = () => setSeen({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, []);
  // The chosen row stays in view however it was chosen.
  useEffect(() => {
    const element = box.current;
    if (!element || at < 0) return;
    const top = at * ROW_PX;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW_PX > element.scrollTop + element.clientHeight)
      element.scrollTop = top + ROW_PX - element.clientHeight;
  }, [at]);
  useEffect(() => {
    if (items.length > 0 && last >= items.length) more();
  }, [items.length, last, more]);

  const walk = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: items.length - 1,
    };
    const to = steps[event.key];
    const item = to === undefined ? undefined : items[to];
    if (!item) return;
    event.preventDefault();
    choose(id(item));
  };
  // A list box without options is none to a screen reader.
  const list = items.length > 0 && {
    role: "listbox",
    "aria-label": label,
    tabIndex: 0,
    "aria-activedescendant": at >= first && at < last ? `queue-${chosen}` : undefined,
  };
  return (
    <div ref={box} className="desk-queue" {...list} onKeyDown={walk}>
      {items.length === 0 && <p className="desk-empty">{empty}</p>}
      <div style={{ height: items.length * ROW_PX, position: "relative" }} role="presentation">
        {items.slice(first, last).map((item, index) => (
          <div
            key={id(item)}
            id={`queue-${id(item)}`}
            role="option"
            aria-selected={id(item) === chosen}
            aria-setsize={items.length}
            aria-posinset={first + index + 1}
            className="desk-row"
            style={{ top: (first + index) * ROW_PX, height: ROW_PX }}
            onClick={() => choose(id(item))}
          >
            {row(item)}
          </div>
        ))}
      </div>
    </div>
  );
}

/** The next item after one, or the one before it at the end of the list. */
export function neighbour<Item>(
  items: Item[],
  id: (item: Item) => string,
  from: string | undefined,
  step: 1 | -1,
) {
  const at = items.findIndex((item) => id(item) === from);
  if (at < 0) return items[0];
  return items[at + step] ?? (step === 1 ? items[at - 1] : items[at]);
}
