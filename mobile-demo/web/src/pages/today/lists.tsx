/** Due households by building, or all of one kind. Only what is on the screen is drawn. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode, type RefObject } from "react";
import { useTranslation } from "@/shared/texts";
import type { BuildingDay, Door, TodayOnly } from "@/phone/calls";
import { hasWork, useDoors } from "@/shared/doors";
import { placeLeft, rememberPlace, type Place } from "@/shared/place-left";
import { HouseholdRow } from "@/shared/household-row";
import { usePlaceNames } from "@/shared/place-names";
import { Empty, Failed, Loading } from "@/shared/states";
import { BuildingHead } from "./building-head";

type Scroller = RefObject<HTMLElement | null>;

interface Row {
  key: string;
  /** Before it has been drawn it counts as so tall. */
  tallPx: number;
  show: () => ReactNode;
}

const HEAD_PX = 36;
const DOOR_PX = 84;
const BUILDING_PX = 72;

/** Rows drawn beyond the edge: a quick thumb sees no holes. */
const OVERSCAN = 8;

/** Which building is open, until the app is closed. */
const OPEN = "linli.app.today.open";
const keyOf = ({ estate, building }: Place) => `${estate}/${building}`;

/** A heading wherever the stairs change. */
function rowsOf(
  doors: readonly Door[],
  heading: (door: Door) => ReactNode,
  group: (door: Door) => string,
): Row[] {
  let last: string | null = null;
  return doors.flatMap((door): Row[] => {
    const key = group(door);
    const row: Row = {
      key: door.id,
      tallPx: DOOR_PX,
      show: () => <HouseholdRow household={door} short={door.room} />,
    };
    if (key === last) return [row];
    last = key;
    return [{ key: `head/${key}`, tallPx: HEAD_PX, show: () => heading(door) }, row];
  });
}

export function Buildings({
  buildings,
  scroller,
}: {
  buildings: readonly BuildingDay[];
  scroller: Scroller;
}) {
  const { t } = useTranslation("today");
  const places = usePlaceNames();
  const [chosen, setChosen] = useState<string | null>(() => sessionStorage.getItem(OPEN));
  const listed = buildings.filter(hasWork);
  const at = (key: string | null) => listed.find((building) => keyOf(building) === key);
  const [left] = useState(placeLeft);
  // Nothing chosen yet: where she was when the app was closed is open, or the first building with work.
  const first = listed[0];
  const open = chosen === null ? (at(left && keyOf(left)) ?? first) : at(chosen);
  useEffect(() => rememberPlace(open), [open]);
  const doors = useDoors({ estate: open?.estate ?? "", building: open?.building ?? "" }, open !== undefined);
  if (first === undefined) return <Empty title={t("all_done")} text={t("all_done.text")} />;
  const choose = (building: BuildingDay) => {
    const next = building === open ? "" : keyOf(building);
    sessionStorage.setItem(OPEN, next);
    setChosen(next);
  };
  const within = (building: BuildingDay): Row[] => {
    if (doors.data === undefined || doors.isPlaceholderData) {
      const show = () =>
        doors.error ? <Failed problem={doors.error} retry={doors.refetch} /> : <Loading rows={4} />;
      return [{ key: "waiting", tallPx: DOOR_PX * 2, show }];
    }
    const heading = ({ unit }: Door) => {
      const due = building.units.find((it) => it.unit === unit)?.tally.due ?? 0;
      return <Heading words={places.unit(unit)} due={due} />;
    };
    return rowsOf(doors.data, heading, ({ unit }) => `${keyOf(building)}/${unit}`);
  };
  const rows = listed.flatMap((building): Row[] => {
    const isOpen = building === open;
    const head: Row = {
      key: keyOf(building),
      tallPx: BUILDING_PX,
      show: () => <BuildingHead building={building} open={isOpen} onChoose={() => choose(building)} />,
    };
    return isOpen ? [head, ...within(building)] : [head];
  });
  return <Rows label={t("title")} rows={rows} scroller={scroller} more={moreOf(doors)} />;
}

export function OneKind({ only, scroller }: { only: TodayOnly; scroller: Scroller }) {
  const { t } = useTranslation("today");
  const places = usePlaceNames();
  const doors = useDoors({ only });
  if (doors.data === undefined) {
    return doors.error ? <Failed problem={doors.error} retry={doors.refetch} /> : <Loading rows={6} />;
  }
  if (doors.data.length === 0) return <Empty title={t(`none.${only}`)} text={t("none.text")} />;
  const rows = rowsOf(
    doors.data,
    (door) => (
      <Heading words={[places.building(door.estate, door.building), places.unit(door.unit)].join(" ")} />
    ),
    (door) => `${keyOf(door)}/${door.unit}`,
  );
  return <Rows label={t("title")} rows={rows} scroller={scroller} more={moreOf(doors)} />;
}

function Heading({ words, due }: { words: string; due?: number }) {
  const { t } = useTranslation("today");
  return (
    <p className="list-head">
      <span>{words}</span>
      {due !== undefined && <span className="number">{t("unit.due", { count: due })}</span>}
    </p>
  );
}

function moreOf(doors: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown }) {
  return doors.hasNextPage && !doors.isFetchingNextPage ? () => void doors.fetchNextPage() : null;
}

/** Where the list stood when it was left for a household. */
let stood = 0;

interface RowsProps {
  label: string;
  rows: readonly Row[];
  scroller: Scroller;
  /** Asks for what comes after the last row. */
  more: (() => void) | null;
}

function Rows({ label, rows, scroller, more }: RowsProps) {
  const list = useRef<HTMLDivElement>(null);
  const [above, setAbove] = useState(0);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (at) => rows[at]?.tallPx ?? DOOR_PX,
    getItemKey: (at) => rows[at]?.key ?? at,
    overscan: OVERSCAN,
    scrollMargin: above,
    initialOffset: stood,
  });
  // What stands above the list comes and goes.
  useLayoutEffect(() => {
    const [body, inner] = [scroller.current, list.current];
    if (!body || !inner) return;
    const measure = () =>
      setAbove(
        Math.round(inner.getBoundingClientRect().top - body.getBoundingClientRect().top + body.scrollTop),
      );
    measure();
    const observer = new ResizeObserver(measure);
    for (const sibling of inner.parentElement?.children ?? [])
      if (sibling !== inner) observer.observe(sibling);
    return () => observer.disconnect();
  }, [scroller]);
  useLayoutEffect(() => {
    const body = scroller.current;
    if (!body) return;
    body.scrollTop = stood;
    const note = () => (stood = body.scrollTop);
    body.addEventListener("scroll", note, { passive: true });
    return () => body.removeEventListener("scroll", note);
  }, [scroller]);
  const items = virtual.getVirtualItems();
  const atEnd = (items.at(-1)?.index ?? 0) >= rows.length - OVERSCAN;
  useEffect(() => {
    if (atEnd) more?.();
  }, [atEnd, more]);
  return (
    <div
      ref={list}
      className="virtual"
      style={{ height: virtual.getTotalSize() }}
      role="list"
      aria-label={label}
    >
      {items.map((item) => (
        <div
          key={item.key}
          role="listitem"
          ref={virtual.measureElement}
          data-index={item.index}
          className="virtual-row"
          style={{ transform: `translateY(${String(item.start - above)}px)` }}
        >
          {rows[item.index]?.show()}
        </div>
      ))}
    </div>
  );
}
