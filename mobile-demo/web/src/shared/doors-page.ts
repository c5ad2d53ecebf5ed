/** How a page of doors is asked for: by the list that shows it, and before there is a list. */
import type { TodayFilter } from "@/phone/calls";

/** What the engine gives at most in one answer (TodayFilter::LIMIT_MAX). */
const PAGE_DOORS = 200;

export const doorsKey = (wanted: TodayFilter) => ["today", "doors", wanted] as const;

export const doorsPage = (wanted: TodayFilter, offset: number) => ({ ...wanted, offset, limit: PAGE_DOORS });
