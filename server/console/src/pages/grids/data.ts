/** What this page reads, and reads again when something of it changes. */
import dayjs from "dayjs";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { api, refresh, type Schema } from "@/api/client";
import { useFresh } from "@/api/news";
import { useSession } from "@/api/session";
import { treeOf } from "./places";

export type Grid = Schema<"GridBody">;
export type Worker = Schema<"WorkerBody">;
export type Appointment = Schema<"AppointmentBody">;

const SHOWN = ["/v1/grids", "/v1/places", "/v1/workers", "/v1/devices"] as const;

export function useGrids() {
  return api.useQuery("get", "/v1/grids");
}

export function useWorkers() {
  return api.useQuery("get", "/v1/workers");
}

export function useTree() {
  const { t } = useTranslation("grids");
  const { community } = useSession();
  const places = api.useQuery("get", "/v1/places");
  const name = community ?? t("community");
  const tree = useMemo(
    () => (places.data ? treeOf(name, places.data.estates) : undefined),
    [places.data, name],
  );
  return { ...places, data: tree };
}

/** Whether anything of the page changed elsewhere; what one does oneself is read again at once. */
export function useFreshGrids() {
  useFresh(["household", "record", "import", "device"], ...SHOWN);
}

export function readAgain() {
  return refresh(...SHOWN);
}

/** The communities that there are; the first roster or the first run names one. */
export function useCommunities(): string[] {
  const grids = useGrids();
  const { community } = useSession();
  const known = [...new Set(grids.data?.map((grid) => grid.community))];
  return known.length === 0 && community != null ? [community] : known;
}

/** "第一网格", or its code while it has no better name. */
export function nameOf(grids: readonly Grid[] | undefined, code: string): string {
  return grids?.find((grid) => grid.code === code)?.name ?? code;
}

/** Digits at a code's end that tell a community's grids apart. */
const TELLING_DIGITS = 6;

/** The same where there is little room. */
export function shortNameOf(grids: readonly Grid[] | undefined, code: string): string {
  const name = nameOf(grids, code);
  return name === code ? `…${code.slice(-TELLING_DIGITS)}` : name;
}

/** Grids to choose from, found by name and by code. */
export function gridOptions(grids: readonly Grid[] | undefined) {
  return grids?.map(({ code, name }) => ({ value: code, label: name === code ? code : `${name} ${code}` }));
}

/** Days are the relay's, as text. */
export const DAY = "YYYY-MM-DD";

export type Term = "now" | "later" | "past";

export function termOf(appointment: Appointment): Term {
  if (appointment.in_force) return "now";
  return appointment.from > dayjs().format(DAY) ? "later" : "past";
}

/** A worker's appointment to one grid. */
export interface Held {
  worker: Worker;
  appointment: Appointment;
}

/** Who was, is and will be appointed to a grid, in the order of first days. */
export function heldOf(workers: readonly Worker[] | undefined, code: string): Held[] {
  const held = (workers ?? []).flatMap((worker) =>
    worker.appointments
      .filter((appointment) => appointment.grid === code)
      .map((appointment) => ({ worker, appointment })),
  );
  return held.sort((a, b) => a.appointment.from.localeCompare(b.appointment.from));
}
