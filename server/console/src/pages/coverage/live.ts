/** Keeps the building chart true while it is looked at: reads anew what the relay says has changed. */
import { useEffect, useRef, useState } from "react";
import { api, client, queries, refresh, type Schema } from "@/api/client";
import { isBreak, useNews } from "@/api/news";

type Cells = Schema<"Cells">;

interface Query {
  estate: string;
  community: string | undefined;
  building: string | undefined;
  campaign: string | undefined;
}

/** News of one sync come together: they are read with one request a building. */
const GATHER_MS = 150;
/** More buildings than this are read as one estate. */
const BUILDINGS_MAX = 4;
/** The numbers beside the chart are read again at most this often. */
const NUMBERS_MS = 2_000;
/** How long what changed stays marked. */
const FRESH_MS = 6_000;

/** The households that changed a moment ago. */
export function useLive(query: Query, cells: Cells | undefined): ReadonlySet<string> {
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const changed = useRef(new Set<string>());
  const gathering = useRef<number>(undefined);
  const numbers = useRef<number>(undefined);
  const fading = useRef<number>(undefined);
  useEffect(
    () => () => {
      for (const timer of [gathering, numbers, fading]) window.clearTimeout(timer.current);
    },
    [],
  );

  const read = async () => {
    gathering.current = undefined;
    const ids = changed.current;
    changed.current = new Set();
    const known = cells?.cells.filter((cell) => ids.has(cell.id)) ?? [];
    const buildings = new Set(known.map((cell) => cell.building));
    // One that is not in the chart may be new in it, or have moved into another building.
    const whole = known.length < ids.size || buildings.size > BUILDINGS_MAX || buildings.has("");
    if (whole) await refresh("/v1/coverage/cells");
    else await Promise.all([...buildings].map((building) => readBuilding(query, building)));
    setFresh(new Set(ids));
    window.clearTimeout(fading.current);
    fading.current = window.setTimeout(() => setFresh(new Set()), FRESH_MS);
  };

  useNews((news) => {
    if (isBreak(news)) {
      void refresh("/v1/coverage/cells", "/v1/coverage", "/v1/campaigns");
      return;
    }
    if (news.kind !== "household" && news.kind !== "conflict") return;
    changed.current.add(news.kind === "household" ? news.id : news.household);
    gathering.current ??= window.setTimeout(() => void read(), GATHER_MS);
    numbers.current ??= window.setTimeout(() => {
      numbers.current = undefined;
      void refresh("/v1/coverage", "/v1/campaigns");
    }, NUMBERS_MS);
  });
  return fresh;
}

/** Reads one building and puts it in the place of what was shown of it. */
async function readBuilding(query: Query, building: string) {
  const { data } = await client.GET("/v1/coverage/cells", { params: { query: { ...query, building } } });
  if (!data) return;
  const { queryKey } = api.queryOptions("get", "/v1/coverage/cells", { params: { query } });
  queries.setQueryData<Cells>(queryKey, (before) => {
    if (!before) return before;
    const at = before.cells.findIndex((cell) => cell.building === building);
    const others = before.cells.filter((cell) => cell.building !== building);
    return { applied: data.applied, cells: [...others.slice(0, at), ...data.cells, ...others.slice(at)] };
  });
}
