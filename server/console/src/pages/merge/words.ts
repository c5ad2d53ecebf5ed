/** What the desk's tabs have in common: how things are called, and how long a claim that ended by itself is shown. */
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";

export type Conflict = Schema<"ConflictBody">;
export type Version = Schema<"VersionBody">;
export type Pair = Schema<"DuplicateBody">;

/** Colleagues' claims and decisions are heard of; a claim that ends by itself is not, and shows this much longer. */
export const LOOK_MS = 60_000;
/** Rows of one page of a list. */
export const PAGE_ROWS = 100;
/** As the relay bounds reasons. */
export const REASON_CHARS_MAX = 100;

/** Words that are stored in English and read in the page's language. */
const STORED_WORDS = ["male", "female", "removed", "done", "no_answer", "moved", "refused", "revisit"];

export function useWords() {
  const { t, i18n } = useTranslation("merge");
  const english = i18n.language === "en";
  return {
    /** What people call a field. */
    field: (it: { label_zh?: string | null; label_en?: string | null; field?: string; key?: string }) =>
      (english ? it.label_en : it.label_zh) ?? it.field ?? it.key ?? "",
    /** A value as people read it. */
    value: (value: unknown): string => {
      if (value === null || value === undefined || value === "") return t("value.cleared");
      if (typeof value === "boolean") return t(value ? "value.yes" : "value.no");
      if (typeof value === "string") return STORED_WORDS.includes(value) ? t(`word.${value}`) : value;
      return typeof value === "number" ? String(value) : JSON.stringify(value);
    },
  };
}
