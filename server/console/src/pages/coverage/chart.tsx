/**
 * The building chart (楼栋图): units across, floors down, a cell a household.
 *
 * Thousands of cells: each building is drawn once and again only when a cell in it changes; clicks, keys and
 * the pointer are heard by the chart as a whole.
 */
import { memo, useCallback, useRef, type KeyboardEvent, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { Status } from "@/shared/status";
import type { Building, Floor } from "./layout";
import { daysSince, lookOf, type Cell, type ColourBy } from "./looks";
import "./chart.css";

interface ChartProps {
  estate: string;
  buildings: Building[];
  by: ColourBy;
  tag: string | undefined;
  now: number;
  /** Changed a moment ago. */
  fresh: ReadonlySet<string>;
  onLook: (cell: string | undefined) => void;
  onOpen: (cell: string) => void;
}

export function Chart({ estate, buildings, by, tag, now, fresh, onLook, onOpen }: ChartProps) {
  const { t } = useTranslation("coverage");
  const box = useRef<HTMLDivElement>(null);
  const look = useCallback((event: SyntheticEvent) => onLook(idOf(event.target)), [onLook]);
  const click = (event: SyntheticEvent) => {
    const id = idOf(event.target);
    if (id !== undefined) onOpen(id);
  };
  const walk = (event: KeyboardEvent) => {
    const id = idOf(event.target);
    if (id === undefined || !(event.target instanceof HTMLElement)) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      onOpen(id);
      return;
    }
    const next = neighbour(event.target, event.key);
    if (!next) return;
    event.preventDefault();
    // One stop for the Tab key in each building: where one was last.
    const grid = next.closest("[role=grid]");
    for (const stop of grid?.querySelectorAll("[role=gridcell][tabindex='0']") ?? [])
      stop.setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  };
  return (
    <div
      ref={box}
      className="chart"
      role="group"
      aria-label={t("chart.of", { estate })}
      onClick={click}
      onKeyDown={walk}
      onFocus={look}
      onMouseOver={look}
    >
      {buildings.map((building) => (
        <BuildingGrid
          key={building.building}
          building={building}
          by={by}
          tag={tag}
          now={now}
          fresh={freshIn(building, fresh)}
        />
      ))}
    </div>
  );
}

/** As text, so that a building without fresh cells is not drawn again when others have some. */
function freshIn(building: Building, fresh: ReadonlySet<string>): string {
  if (fresh.size === 0) return "";
  const cells = building.floors.flatMap((floor) => floor.cells);
  return cells.flatMap((cell) => (cell && fresh.has(cell.id) ? [cell.id] : [])).join(" ");
}

interface BuildingProps {
  building: Building;
  by: ColourBy;
  tag: string | undefined;
  now: number;
  fresh: string;
}

const BuildingGrid = memo(function BuildingGrid({ building, by, tag, now, fresh }: BuildingProps) {
  const { t } = useTranslation("coverage");
  const nameOf = useNameOf();
  const first = building.floors.flatMap((floor) => floor.cells).find((cell) => cell !== undefined)?.id;
  const title =
    building.building === "" ? t("building.none") : t("building", { building: building.building });
  const firsts = building.columns.flatMap((column, at) => (column.first ? [at] : []));
  const many = new Set(building.columns.map((column) => column.unit)).size > 1;
  const draw = (cell: Cell | undefined, at: number, row: Floor) => {
    const edge = many && row.floor !== undefined && firsts.includes(at) && at > 0 ? " edge" : "";
    if (!cell) return <span key={at} className={`cell no-cell${edge}`} role="gridcell" />;
    const { name, sign } = lookOf(cell, by, tag, now);
    const marks = `${cell.conflict ? " disputed" : ""}${fresh.includes(cell.id) ? " fresh" : ""}`;
    return (
      <span
        key={cell.id}
        role="gridcell"
        tabIndex={cell.id === first ? 0 : -1}
        data-id={cell.id}
        data-look={name}
        aria-label={nameOf(cell, by, tag, now)}
        className={`cell look-${name}${marks}${edge}`}
      >
        {sign}
      </span>
    );
  };
  return (
    <section className="building">
      <h3>{title}</h3>
      <div role="grid" aria-label={title} className="floors">
        {building.columns.length > 0 && (
          <div className="floor head" aria-hidden>
            <span className="floor-name" />
            {building.columns.map((column, at) => (
              <span key={at} className={`cell head-cell${many && column.first && at > 0 ? " edge" : ""}`}>
                {column.first && column.unit !== "" && (
                  <span className="unit-name">{t("unit", { unit: column.unit })}</span>
                )}
                {column.door}
              </span>
            ))}
          </div>
        )}
        {building.floors.map((row) => (
          <div
            key={row.floor ?? "other"}
            role="row"
            className={row.floor === undefined ? "floor other" : "floor"}
          >
            <span role="rowheader" className="floor-name">
              {row.floor === undefined ? t("floor.other") : t("floor", { floor: row.floor })}
            </span>
            {row.cells.map((cell, at) => draw(cell, at, row))}
          </div>
        ))}
      </div>
    </section>
  );
});

/** "3号楼 2单元 501 已走访 3天前" */
export function useNameOf() {
  const { t } = useTranslation("coverage");
  return (cell: Cell, by: ColourBy, tag: string | undefined, now: number): string => {
    const place = placeOf(cell, t);
    const told = [place, t(`look.${cell.outcome ?? "never"}`)];
    if (cell.last_visit_ms != null) told.push(t("days_ago", { count: daysSince(cell.last_visit_ms, now) }));
    if (by === "tag" && tag !== undefined && (cell.tags ?? []).includes(tag)) told.push(tag);
    if (cell.conflict) told.push(t("disputed"));
    return told.join(" ");
  };
}

export function placeOf(cell: Cell, t: (key: string, values?: Record<string, string>) => string): string {
  const parts = [
    cell.building === "" ? "" : t("building", { building: cell.building }),
    cell.unit === "" ? "" : t("unit", { unit: cell.unit }),
    cell.room,
  ];
  return parts.filter((part) => part !== "").join(" ");
}

interface LegendProps {
  counts: { name: string; sign: string; count: number }[];
  disputed: number;
}

export function Legend({ counts, disputed }: LegendProps) {
  const { t, i18n } = useTranslation("coverage");
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <ul className="legend" aria-label={t("legend")}>
      {counts.map(({ name, sign, count }) => (
        <li key={name}>
          <span className={`cell look-${name}`} aria-hidden>
            {sign}
          </span>
          {t(`look.${name}`)} <b className="number">{number.format(count)}</b>
        </li>
      ))}
      {disputed > 0 && (
        <li>
          <Status tone="warning">
            {t("disputed")} <b className="number">{number.format(disputed)}</b>
          </Status>
        </li>
      )}
    </ul>
  );
}

function idOf(target: EventTarget): string | undefined {
  return target instanceof HTMLElement ? target.closest<HTMLElement>("[data-id]")?.dataset.id : undefined;
}

/** The next household in a direction: in its building, then in the one before or after. */
function neighbour(cell: HTMLElement, key: string): HTMLElement | undefined {
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[key];
  const chart = cell.closest(".chart");
  if (!chart) return undefined;
  if (key === "Home" || key === "End") {
    const own = homes(cell.closest("[role=row]"));
    return key === "Home" ? own[0] : own.at(-1);
  }
  if (!step) return undefined;
  if (step[0] === 0) {
    const all = homes(chart);
    return all[all.indexOf(cell) + (step[1] ?? 0)];
  }
  const rows = [...chart.querySelectorAll<HTMLElement>("[role=row]")];
  const column = places(cell.closest("[role=row]")).indexOf(cell);
  for (
    let at = rows.indexOf(cell.closest<HTMLElement>("[role=row]") ?? cell) + (step[0] ?? 0);
    rows[at];
    at += step[0] ?? 0
  ) {
    const across = places(rows[at] ?? null);
    // The nearest home of that floor: the one straight on may be missing.
    const near = across.filter((place) => place.dataset.id !== undefined);
    const best = near.sort(
      (a, b) => Math.abs(across.indexOf(a) - column) - Math.abs(across.indexOf(b) - column),
    )[0];
    if (best) return best;
  }
  return undefined;
}

function places(row: Element | null): HTMLElement[] {
  return [...(row?.querySelectorAll<HTMLElement>("[role=gridcell]") ?? [])];
}

function homes(within: Element | null): HTMLElement[] {
  return [...(within?.querySelectorAll<HTMLElement>("[data-id]") ?? [])];
}
