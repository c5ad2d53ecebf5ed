/** What waits for somebody in the office, worked out from the lists. */
import dayjs from "dayjs";
import { api } from "@/api/client";
import type { Tone } from "@/shared/status";

/** A phone that was silent for longer may be lost, broken or in a drawer with visits on it. */
const SILENT_DAYS = 7;
/** A grid that one worker can know. */
const GRID_HOUSEHOLDS = { least: 300, most: 500 };

export interface Waiting {
  name: string;
  count: number;
  /** Where it is dealt with. */
  page: string;
  tone: Tone;
}

export function useWaiting() {
  const status = api.useQuery("get", "/v1/status");
  const desk = api.useQuery("get", "/v1/desk");
  const devices = api.useQuery("get", "/v1/devices");
  const grids = api.useQuery("get", "/v1/grids");
  const quarantine = api.useQuery("get", "/v1/quarantine");

  const all = [status, desk, devices, grids, quarantine];
  const refetch = () => Promise.all(all.map((query) => query.refetch()));
  const error = all.find((query) => query.error)?.error ?? null;
  if (!status.data || !desk.data || !devices.data || !grids.data || !quarantine.data) {
    return { data: undefined, error, refetch };
  }
  const active = devices.data.filter((device) => device.active);
  const silent = active.filter((device) => dayjs().diff(device.last_contact_at ?? 0, "day") >= SILENT_DAYS);
  const open = desk.data.conflicts.filter((row) => row.status === "open");
  const { least, most } = GRID_HOUSEHOLDS;
  const odd = grids.data.filter(({ households }) => households < least || households > most);
  const data: Waiting[] = [
    { name: "empty", count: status.data.households === 0 ? 1 : 0, page: "roster", tone: "waiting" },
    {
      name: "conflicts",
      count: open.reduce((sum, row) => sum + row.count, 0),
      page: "merge",
      tone: "warning",
    },
    { name: "duplicates", count: desk.data.duplicates, page: "merge", tone: "warning" },
    { name: "silent", count: silent.length, page: "phones", tone: "neutral" },
    {
      name: "clocks",
      count: active.filter((device) => device.clock_wrong).length,
      page: "phones",
      tone: "warning",
    },
    { name: "review", count: status.data.review, page: "phones", tone: "warning" },
    { name: "quarantine", count: quarantine.data.length, page: "phones", tone: "bad" },
    { name: "grid_size", count: odd.length, page: "grids", tone: "neutral" },
  ];
  return { data: data.filter(({ count }) => count > 0), error: null, refetch };
}
