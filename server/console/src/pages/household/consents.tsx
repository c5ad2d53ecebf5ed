/** What a resident agreed to, purpose by purpose: what counts, and everything that was said. */
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { Status, type Tone } from "@/shared/status";
import { TwoClocks } from "@/shared/time";

const TONES: Record<string, Tone> = { given: "good", disputed: "warning" };

export function Consents({ of }: { of: Schema<"ConsentPurposeBody">[] }) {
  const { t } = useTranslation("household");
  return of.map(({ purpose, standing, said }) => (
    <details key={purpose}>
      <summary>
        {t(`consent.${purpose}`)}{" "}
        <Status tone={TONES[standing] ?? "neutral"}>{t(`consent.standing.${standing}`)}</Status>
      </summary>
      <ol className="history">
        {said.map((one) => (
          <li key={one.id} data-state={one.stands ? "current" : "replaced"}>
            <b>
              {t(one.given ? "consent.given" : "consent.not_given", { how: t(`consent.how.${one.how}`) })}
            </b>
            <small>
              {one.author} · <TwoClocks phone={one.at} received={one.received_at} />
            </small>
            {one.notice != null && <small>{t("consent.notice", { version: one.notice })}</small>}
          </li>
        ))}
      </ol>
    </details>
  ));
}
