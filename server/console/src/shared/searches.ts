/**
 * What was searched for, by a key that stands in the address in its place: browsers keep addresses in files, and a
 * search is most often a name. In memory alone, so that after the page was loaded again a key finds nothing.
 */
const searches = new Map<string, string>();
const loaded = Date.now().toString(36);
let kept = 0;

/** The key that finds a search again, none for an empty one. */
export function keepSearch(text: string): string | undefined {
  if (text === "") return undefined;
  kept += 1;
  const key = `${loaded}-${kept}`;
  searches.set(key, text);
  return key;
}

export const searchOf = (key: string | null) => (key === null ? "" : (searches.get(key) ?? ""));

/** How a search goes to the relay: in a header, because proxies write addresses into logs. */
export const searchHeader = (text: string) =>
  text === "" ? {} : { header: { "x-linli-search": encodeURIComponent(text) } };
