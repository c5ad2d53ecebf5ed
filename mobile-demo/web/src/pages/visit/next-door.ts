/** Where to go on: the next due door of the building, else the next building with work. */
import type { Household } from "@/phone/calls";
import { useCampaign } from "@/shared/campaign";
import { useDoors } from "@/shared/doors";
import { useAsk } from "@/shared/phone";

export type NextDoor = { id: string; address: string } | null;

export function useNextDoor(household: Household): NextDoor {
  const [estate, building] = [household.estate ?? "", household.building ?? ""];
  const here = useDoors({ estate, building });
  const today = useAsk("today", { limit: 0, ...useCampaign().counted });
  const buildings = today.data?.buildings ?? [];
  const at = buildings.findIndex((it) => it.estate === estate && it.building === building);
  const beyond = buildings.slice(at + 1).find(({ tally }) => tally.due > 0);
  const there = useDoors(
    { estate: beyond?.estate ?? "", building: beyond?.building ?? "" },
    beyond !== undefined,
  );
  const due = here.data ?? [];
  const mine = due.findIndex(({ id }) => id === household.id);
  const next = due[mine + 1] ?? due.find(({ id }) => id !== household.id) ?? there.data?.[0];
  return next === undefined || next.id === household.id ? null : { id: next.id, address: next.address };
}
