/** How a cell of the building chart looks: a colour and a sign for each meaning, so that either is enough. */
import type { Schema } from "@/api/client";

export type Cell = Schema<"Cell">;
export type ColourBy = "outcome" | "days" | "tag";

export interface Look {
  /** Key of its text, and its class: `look-<name>`. */
  name: string;
  sign: string;
}

export const OUTCOMES = ["done", "refused", "moved", "revisit", "no_answer", "never"] as const;

const SIGNS: Record<string, string> = {
  done: "✓",
  refused: "✕",
  moved: "→",
  revisit: "↻",
  no_answer: "–",
  never: "",
};

/** Days since the last visit; a worker is expected about twice a month. */
const DAYS: [upto: number, name: string][] = [
  [7, "week"],
  [15, "half_month"],
  [30, "month"],
  [90, "quarter"],
  [Infinity, "long_ago"],
];
const DAY_MS = 86_400_000;
/** More does not fit into a cell. */
const DAYS_SHOWN_MAX = 99;

export function daysSince(at: number, now: number): number {
  return Math.max(0, Math.floor((now - at) / DAY_MS));
}

export function lookOf(cell: Cell, by: ColourBy, tag: string | undefined, now: number): Look {
  if (by === "tag") {
    const has = tag !== undefined && (cell.tags ?? []).includes(tag);
    return has ? { name: "tagged", sign: "●" } : { name: "untagged", sign: "" };
  }
  if (by === "outcome") {
    const name = cell.outcome ?? "never";
    return { name, sign: SIGNS[name] ?? "?" };
  }
  if (cell.last_visit_ms == null) return { name: "never", sign: "" };
  const days = daysSince(cell.last_visit_ms, now);
  const found = DAYS.find(([upto]) => days <= upto);
  return { name: found?.[1] ?? "long_ago", sign: days > DAYS_SHOWN_MAX ? "99+" : String(days) };
}

/** Every look of a way to colour, in the order of the legend, with the sign of its kind. */
export function legendOf(by: ColourBy): Look[] {
  if (by === "tag")
    return ["tagged", "untagged"].map((name) => ({ name, sign: name === "tagged" ? "●" : "" }));
  if (by === "outcome") return OUTCOMES.map((name) => ({ name, sign: SIGNS[name] ?? "" }));
  const signs = ["0–7", "8–15", "16–30", "31–90", "91+"];
  const aged = DAYS.map(([, name], at) => ({ name, sign: signs[at] ?? "" }));
  return [...aged, { name: "never", sign: "" }];
}
