/** How a directive's state, window and grids are said. */
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { refresh, type Schema } from "@/api/client";
import { Status, type Tone } from "@/shared/status";
import { absolute } from "@/shared/time";

export type Directive = Schema<"DirectiveBody">;

const TONES: Record<Directive["state"], Tone> = {
  draft: "neutral",
  scheduled: "waiting",
  current: "good",
  superseded: "neutral",
  ended: "neutral",
  withdrawn: "bad",
};

export function StateOf({ directive }: { directive: Directive }) {
  const { t } = useTranslation("directives");
  return <Status tone={TONES[directive.state]}>{t(`state.${directive.state}`)}</Status>;
}

type T = TFunction<"directives">;

/** When it is in force. */
export function windowOf(directive: Directive, t: T): string {
  const from = directive.from_ms == null ? t("from.at_once") : absolute(directive.from_ms);
  return `${from} – ${untilOf(directive, t)}`;
}

export function untilOf(directive: Directive, t: T): string {
  return directive.until_ms == null ? t("until.open") : absolute(directive.until_ms);
}

/** Codes, or that it is for all. */
export function gridsOf(directive: Directive, t: T): string {
  return directive.grids.length === 0 ? t("grids.all") : directive.grids.join(t("value.comma"));
}

export function titleOf(directive: Directive, t: T): string {
  return directive.title === "" ? t("untitled") : directive.title;
}

export function refreshDirectives() {
  return refresh(
    "/v1/directives",
    "/v1/directives/{id}/receipts",
    "/v1/directives/{id}/untold",
    "/v1/directives/{id}/difference",
  );
}
