/** A household in a list. */
import { CloudOutline } from "./icons";
import { ExclamationCircleFill, RightOutline } from "antd-mobile-icons";
import { memo } from "react";
import { useTranslation } from "@/shared/texts";
import { Link } from "react-router";
import type { HouseholdItem } from "@/phone/calls";
import { HouseholdStanding, Status } from "./status";
import { Tags } from "./tags";
import { Ago } from "./time";

/** Drawn again only when something of it changed: while somebody types, most of what is found stays. */
export const HouseholdRow = memo(function HouseholdRow({
  household,
  short,
}: {
  household: HouseholdItem;
  short?: string;
}) {
  const { t } = useTranslation();
  const { id, address, people, tags, last_visit, open_conflicts, unsent } = household;
  return (
    <Link to={`/household/${id}`} className="row">
      <div className="row-main">
        <div className={short === undefined ? "row-title whole" : "row-title"}>
          <strong>{short ?? address}</strong>
          <span className="row-people">{people.join(t("comma"))}</span>
        </div>
        <Tags tags={tags} />
        <div className="row-notes">
          <HouseholdStanding standing={last_visit?.outcome ?? "never"} />
          {last_visit && <Ago at={last_visit.at} />}
          {unsent && (
            <Status tone="neutral" icon={<CloudOutline />}>
              {t("row.unsent")}
            </Status>
          )}
          {open_conflicts > 0 && (
            <Status tone="warning" icon={<ExclamationCircleFill />}>
              {t("row.conflict")}
            </Status>
          )}
        </div>
      </div>
      <RightOutline aria-hidden className="row-arrow" />
    </Link>
  );
});
