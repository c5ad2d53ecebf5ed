/** What an undo leaves as it is, with why: somebody has been at it since. */
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { HouseholdLink } from "@/shared/household-link";
import { Status } from "@/shared/status";

export function Kept({ kept, count }: { kept: Schema<"KeptBody">[]; count: number }) {
  const { t, i18n } = useTranslation("roster");
  if (count === 0) return <Status tone="good">{t("kept.none")}</Status>;
  const label = (one: Schema<"KeptBody">) => (i18n.language === "en" ? one.label_en : one.label_zh);
  return (
    <section aria-label={t("kept.heading")}>
      <Status tone="warning">{t("kept", { count })}</Status>
      <ul className="roster-kept" tabIndex={0} aria-label={t("kept.heading")}>
        {kept.map((one, at) => (
          <li key={at}>
            <HouseholdLink id={one.household} address={one.address} />
            {label(one) != null && <span> · {label(one)}</span>}
            <span className="roster-quiet"> · {t(`kept.${one.reason}`)}</span>
          </li>
        ))}
        {count > kept.length && (
          <li className="roster-quiet">{t("kept.more", { n: count - kept.length })}</li>
        )}
      </ul>
    </section>
  );
}
