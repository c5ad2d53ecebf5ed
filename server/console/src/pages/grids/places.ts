/** Estates, buildings and units as a tree: what is ticked in it, and what is there. */
import type { Schema } from "@/api/client";

export type Estate = Schema<"EstateBody">;
export type Place = Schema<"PlaceBody">;

/** An estate, a building or a unit; the first of all holds the estates. */
export interface Spot {
  /** By what it is called, so that a tick stays where it was when the places are read again. */
  key: string;
  kind: "community" | "estate" | "building" | "unit";
  name: string;
  households: number;
  /** Households by grid code. */
  grids: Record<string, number>;
  /** As the API names it; the community has none. */
  place?: Place;
  children: Spot[];
}

/** The whole community as one tree. */
export function treeOf(community: string, estates: readonly Estate[]): Spot {
  const children = estates.map(estateSpot);
  return spot({ key: "[]", kind: "community", name: community, children });
}

function estateSpot({ name, buildings }: Estate): Spot {
  const children = buildings.map((building) => {
    const units = building.units.map((unit) =>
      spot({
        key: JSON.stringify([name, building.name, unit.name]),
        kind: "unit",
        name: unit.name,
        grids: unit.grids,
        place: { estate: name, building: building.name, unit: unit.name },
        children: [],
      }),
    );
    return spot({
      key: JSON.stringify([name, building.name]),
      kind: "building",
      name: building.name,
      place: { estate: name, building: building.name },
      // A building without units is nothing to open.
      children: units.length === 1 && units[0]?.name === "" ? [] : units,
      grids: sum(units),
    });
  });
  return spot({ key: JSON.stringify([name]), kind: "estate", name, place: { estate: name }, children });
}

function spot(known: Omit<Spot, "households" | "grids"> & { grids?: Spot["grids"] }): Spot {
  const grids = known.grids ?? sum(known.children);
  return { ...known, grids, households: Object.values(grids).reduce((all, one) => all + one, 0) };
}

function sum(spots: readonly Spot[]): Spot["grids"] {
  const grids: Spot["grids"] = {};
  for (const { grids: own } of spots) {
    for (const [code, count] of Object.entries(own)) grids[code] = (grids[code] ?? 0) + count;
  }
  return grids;
}

/** The fewest spots that hold everything ticked: a building rather than each of its units. */
export function chosenIn(tree: Spot, ticked: ReadonlySet<string>): Spot[] {
  if (ticked.has(tree.key) && tree.place) return [tree];
  return tree.children.flatMap((child) => chosenIn(child, ticked));
}

/** The spots that a grid has to itself, and the smallest ones that it shares. */
export function spotsOf(tree: Spot, code: string): Spot[] {
  if (tree.grids[code] === undefined) return [];
  const whole = tree.grids[code] === tree.households && tree.place !== undefined;
  if (whole || tree.children.length === 0) return [tree];
  return tree.children.flatMap((child) => spotsOf(child, code));
}

/** A spot and all within it, as the tree ticks them. */
export function keysWithin(spots: readonly Spot[]): string[] {
  return spots.flatMap((one) => [one.key, ...keysWithin(one.children)]);
}

/** What must be open for these to be seen. */
export function keysAbove(tree: Spot, keys: ReadonlySet<string>): string[] {
  const below = tree.children.flatMap((child) => keysAbove(child, keys));
  const shows = below.length > 0 || tree.children.some((child) => keys.has(child.key));
  return shows ? [tree.key, ...below] : [];
}
