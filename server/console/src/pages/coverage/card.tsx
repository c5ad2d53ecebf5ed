/** What is known of the cell that is pointed at or focused. */
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Status } from "@/shared/status";
import { Tags } from "@/shared/tags";
import { Time } from "@/shared/time";
import { placeOf } from "./chart";
import { lookOf, type Cell } from "./looks";

export function Card({ cell, now }: { cell: Cell | undefined; now: number }) {
  const { t } = useTranslation("coverage");
  if (!cell) {
    return (
      <aside className="panel chart-card" aria-label={t("card")}>
        <p>{t("card.hint")}</p>
        <p>{t("card.keys")}</p>
      </aside>
    );
  }
  const look = lookOf(cell, "outcome", undefined, now);
  return (
    <aside className="panel chart-card" aria-label={t("card")}>
      <h3>{placeOf(cell, t)}</h3>
      <dl>
        <dt>{t("card.outcome")}</dt>
        <dd>
          <span className={`cell look-${look.name}`} aria-hidden>
            {look.sign}
          </span>{" "}
          {t(`look.${look.name}`)}
        </dd>
        <dt>{t("card.last")}</dt>
        <dd>
          <Time at={cell.last_visit_ms} />
        </dd>
        <dt>{t("card.visits")}</dt>
        <dd className="number">{cell.visits}</dd>
        {(cell.tags ?? []).length > 0 && (
          <>
            <dt>{t("tag")}</dt>
            <dd>
              <Tags tags={cell.tags ?? []} />
            </dd>
          </>
        )}
      </dl>
      {cell.conflict && <Status tone="warning">{t("disputed")}</Status>}
      <p>
        <Link to={`/households/${cell.id}`}>{t("card.open")}</Link>
      </p>
    </aside>
  );
}
