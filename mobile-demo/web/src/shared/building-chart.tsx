/** A building as its doors: units beside each other, floors above each other. */
import type { ChartCell, Outcome } from "@/phone/calls";

interface Floor {
  floor: number | null;
  cells: ChartCell[];
}

function grouped<Key, Item>(items: readonly Item[], keyOf: (item: Item) => Key): [Key, Item[]][] {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const there = groups.get(keyOf(item));
    if (there) there.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return [...groups];
}

/** Units in their order, each with its floors from the top down; what no floor is known of comes last. */
export function unitsOf(cells: readonly ChartCell[]): { unit: string; floors: Floor[] }[] {
  return grouped(cells, ({ unit }) => unit).map(([unit, its]) => ({
    unit,
    floors: grouped(its, ({ floor }) => floor)
      .map(([floor, cells]) => ({ floor, cells }))
      .sort((a, b) => (b.floor ?? -Infinity) - (a.floor ?? -Infinity)),
  }));
}

/** In small: a picture beside words that say the same. Full, half and empty differ without colours too. */
export function BuildingChart({ cells }: { cells: readonly ChartCell[] }) {
  return (
    <span className="chart" aria-hidden>
      {unitsOf(cells).map(({ unit, floors }) => (
        <span key={unit} className="chart-unit">
          {floors.map(({ floor, cells }) => (
            <span key={floor ?? "?"} className="chart-floor">
              {cells.map((cell) => (
                <i key={cell.id} className={doorLooks(cell.outcome)} />
              ))}
            </span>
          ))}
        </span>
      ))}
    </span>
  );
}

export function doorLooks(outcome: Outcome | null): string {
  return `door-${(outcome ?? "never").replace("_", "-")}`;
}

/** An empty part of a path would be no part. */
const NAMELESS = "-";

export function buildingPath(estate: string, building: string): string {
  const part = (name: string) => encodeURIComponent(name === "" ? NAMELESS : name);
  return `/building/${part(estate)}/${part(building)}`;
}

export function buildingOfPath(part: string | undefined): string {
  return part === undefined || part === NAMELESS ? "" : part;
}
