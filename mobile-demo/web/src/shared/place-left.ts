/** The building that a worker had open last: the next start shows it, and asks for its doors first. */
export interface Place {
  estate: string;
  building: string;
}

const LEFT = "linli.app.today.left";

export function placeLeft(): Place | null {
  const [estate, building, ...more] = (localStorage.getItem(LEFT) ?? "").split("\n");
  if (estate === undefined || building === undefined || more.length > 0) return null;
  return { estate, building };
}

export function rememberPlace(place: Place | undefined) {
  if (place) localStorage.setItem(LEFT, `${place.estate}\n${place.building}`);
}
