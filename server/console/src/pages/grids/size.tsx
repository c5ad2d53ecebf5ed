/** How large a grid is against what it should be: a number, words and a bar, so that no colour is needed. */
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { Status, type Tone } from "@/shared/status";

export type Size = Schema<"GridBody">["size"];

/** Households that a grid should have; the relay judges grids by the same numbers. */
const LEAST = 300;
const MOST = 500;
/** Where the bar ends: a grid twice as large as it may be fills it. */
const FULL = 1000;

const TONES: Record<string, Tone> = { under: "neutral", within: "good", over: "warning" };

/** For what is no grid yet. */
export function sizeOf(households: number): Size {
  if (households < LEAST) return "under";
  return households > MOST ? "over" : "within";
}

export function SizeWord({ size }: { size: Size }) {
  const { t } = useTranslation("grids");
  return <Status tone={TONES[size] ?? "neutral"}>{t(`size.${size}`)}</Status>;
}

export function SizeBar({ households, size }: { households: number; size: Size }) {
  const percent = (count: number) => `${String(Math.min(count / FULL, 1) * 100)}%`;
  return (
    <div className="size-bar" data-size={size} aria-hidden>
      <span
        className="size-bar-wanted"
        style={{ insetInlineStart: percent(LEAST), width: percent(MOST - LEAST) }}
      />
      <span className="size-bar-is" style={{ width: percent(households) }} />
    </div>
  );
}

/** Number, words and bar. */
export function GridSize({ households, size }: { households: number; size: Size }) {
  const { t } = useTranslation("grids");
  const number = useNumber();
  return (
    <div>
      <div className="size-line">
        <span className="number" title={t("n_households", { count: households, n: number(households) })}>
          {t("n", { n: number(households) })}
        </span>
        <SizeWord size={size} />
      </div>
      <SizeBar households={households} size={size} />
    </div>
  );
}

export function useNumber(): (value: number) => string {
  const { i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language);
  return (value) => number.format(value);
}
