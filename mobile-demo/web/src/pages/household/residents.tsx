import { AddOutline, PhoneFill, RightOutline } from "antd-mobile-icons";
import { useTranslation } from "@/shared/texts";
import { Link } from "react-router";
import type { Household, Resident } from "@/phone/calls";
import { ageOf, telOf } from "@/shared/people";
import { Tags } from "@/shared/tags";

export function Residents({ household }: { household: Household }) {
  const { t } = useTranslation("household");
  const { residents } = household;
  return (
    <section className="panel flush">
      <h2>{t("residents", { count: residents.length })}</h2>
      <ul className="plain">
        {residents.map((resident) => (
          <li key={resident.id} className="resident">
            <Link to={`/household/${household.id}/resident/${resident.id}`} className="row">
              <div className="row-main">
                <Person resident={resident} />
              </div>
              <RightOutline aria-hidden className="row-arrow" />
            </Link>
            {resident.phone !== undefined && (
              <a
                className="icon-button call"
                href={telOf(resident.phone)}
                aria-label={t("call.who", { name: resident.name, phone: resident.phone })}
              >
                <PhoneFill aria-hidden />
              </a>
            )}
          </li>
        ))}
      </ul>
      <Link to={`/household/${household.id}/resident`} className="row add-row">
        <AddOutline aria-hidden />
        <span>{t("residents.add")}</span>
      </Link>
    </section>
  );
}

function Person({ resident }: { resident: Resident }) {
  const { t } = useTranslation("household");
  const age = ageOf(resident.birth);
  const facts = [
    resident.relation,
    resident.gender && t(`gender.${resident.gender}`),
    age !== null && t("age", { count: age }),
    resident.away_to !== undefined && t("away", { place: resident.away_to }),
    resident.arrived_from !== undefined && t("arrived", { place: resident.arrived_from }),
  ].filter((fact) => typeof fact === "string" && fact !== "");
  return (
    <>
      <div className="row-title">
        <strong>{resident.name ?? t("nameless")}</strong>
        <span className="row-people">{facts.join(" · ")}</span>
      </div>
      <Tags tags={resident.tags} />
    </>
  );
}
