/** Cells into buildings: units across, floors down, and one row for what is not numbered by floors. */
import type { Cell } from "./looks";

export interface Floor {
  /** Absent for the row of shops, cellars and villas. */
  floor: number | undefined;
  /** In the order of `Building.columns`; of the other row, just one after another. */
  cells: (Cell | undefined)[];
}

export interface Column {
  unit: string;
  door: string;
  /** The first of its unit. */
  first: boolean;
}

export interface Building {
  building: string;
  columns: Column[];
  floors: Floor[];
}

/** The cells come sorted: by building, unit, floor from the top, door. */
export function buildingsOf(cells: readonly Cell[]): Building[] {
  return [...grouped(cells, (cell) => cell.building)].map(([building, own]) => layOut(building, own));
}

function layOut(building: string, cells: Cell[]): Building {
  const placed = new Map<Cell, string>();
  const columns = new Map<string, Column>();
  const taken = new Set<string>();
  for (const cell of cells) {
    if (cell.floor == null) continue;
    // Two households behind one door may be the same one twice: both are shown, side by side.
    let turn = 0;
    let key = name(cell, turn);
    while (taken.has(`${cell.floor}/${key}`)) key = name(cell, (turn += 1));
    taken.add(`${cell.floor}/${key}`);
    placed.set(cell, key);
    columns.set(key, { unit: cell.unit, door: cell.door ?? "", first: false });
  }
  const order = [...columns.keys()].sort(byNumbers);
  const sorted = order.flatMap((key) => columns.get(key) ?? []);
  const marked = sorted.map((column, at) => ({ ...column, first: column.unit !== sorted[at - 1]?.unit }));
  const at = new Map(order.map((key, index) => [key, index]));
  const floors: Floor[] = [];
  const own = cells.filter((cell) => cell.floor != null);
  for (const [floor, homes] of [...grouped(own, (cell) => cell.floor)].sort(
    ([a], [b]) => (b ?? 0) - (a ?? 0),
  )) {
    const row: (Cell | undefined)[] = order.map(() => undefined);
    for (const cell of homes) {
      const index = at.get(placed.get(cell) ?? "");
      if (index !== undefined) row[index] = cell;
    }
    floors.push({ floor: floor ?? undefined, cells: row });
  }
  const other = cells.filter((cell) => cell.floor == null);
  if (other.length > 0) floors.push({ floor: undefined, cells: other });
  return { building, columns: marked, floors };
}

function name(cell: Cell, turn: number): string {
  return `${cell.unit}/${cell.door ?? ""}/${turn}`;
}

const collator = new Intl.Collator("zh-CN", { numeric: true });

function byNumbers(a: string, b: string): number {
  return collator.compare(a, b);
}

function grouped<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
