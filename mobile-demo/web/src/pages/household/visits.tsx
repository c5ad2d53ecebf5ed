/** The last visits, and what was asked for at them. */
import { useState } from "react";
import { useTranslation } from "@/shared/texts";
import type { Visit } from "@/phone/calls";
import { useAsk } from "@/shared/phone";
import { Picture } from "@/shared/photo";
import { HouseholdStanding } from "@/shared/status";
import { Ago, Time } from "@/shared/time";

/** The last ones that matter at the door; the others are one tap away. */
const SHOWN_FIRST = 3;

/** Needs of so many visits count as open: there is no word yet that a need was met. */
const NEEDS_OF_VISITS = 3;

export function Needs({ visits }: { visits: readonly Visit[] }) {
  const { t } = useTranslation("household");
  const asked = visits.slice(0, NEEDS_OF_VISITS).filter(({ needs }) => needs && needs.length > 0);
  if (asked.length === 0) return null;
  return (
    <section className="panel">
      <h2>{t("needs")}</h2>
      <ul className="plain">
        {asked.flatMap((visit) =>
          (visit.needs ?? []).map((need) => (
            <li key={`${visit.id}/${need}`} className="apart">
              <span>{need}</span>
              <span className="hint">
                <Ago at={visit.at} />
              </span>
            </li>
          )),
        )}
      </ul>
    </section>
  );
}

export function Visits({ visits }: { visits: readonly Visit[] }) {
  const { t } = useTranslation("household");
  const [all, setAll] = useState(false);
  const shown = all ? visits : visits.slice(0, SHOWN_FIRST);
  return (
    <section className="panel">
      <h2>{t("visits")}</h2>
      {visits.length === 0 && <p className="hint">{t("visits.none")}</p>}
      <ul className="plain">
        {shown.map((visit) => (
          <li key={visit.id} className="visit">
            <div className="row-notes">
              <HouseholdStanding standing={visit.outcome} />
              <Time at={visit.at} />
            </div>
            <p className="hint">
              {visit.author ?? t("somebody")}
              {visit.campaign !== undefined && ` · ${visit.campaign}`}
              {visit.at_home !== undefined && ` · ${t("at_home", { count: visit.at_home })}`}
              {visit.answers?.temperature !== undefined && ` · ${visit.answers.temperature} ℃`}
              {visit.clock_was_off && ` · ${t("clock")}`}
            </p>
            {visit.note !== undefined && <p>{visit.note}</p>}
            {visit.photo !== undefined && <VisitPhoto id={visit.photo} />}
          </li>
        ))}
      </ul>
      {visits.length > shown.length && (
        <button type="button" className="link" onClick={() => setAll(true)}>
          {t("visits.all", { count: visits.length })}
        </button>
      )}
    </section>
  );
}

/** Phones have the photos of their own worker only. */
function VisitPhoto({ id }: { id: string }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(false);
  const photo = useAsk("photo", { id }, { enabled: asked });
  if (!asked || photo.data === undefined) {
    return (
      <button type="button" className="link" onClick={() => setAsked(true)}>
        {t("photo.show")}
      </button>
    );
  }
  return photo.data === null ? <p className="hint">{t("photo.elsewhere")}</p> : <Picture jpeg={photo.data} />;
}
