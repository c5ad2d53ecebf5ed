/** A building in the list of the day: its numbers, and its chart in small once it is open. */
import { DownOutline, RightOutline, UpOutline } from "antd-mobile-icons";
import { useTranslation } from "@/shared/texts";
import { Link } from "react-router";
import type { BuildingDay } from "@/phone/calls";
import { BuildingChart, buildingPath } from "@/shared/building-chart";
import { useCampaign } from "@/shared/campaign";
import { useAsk } from "@/shared/phone";
import { usePlaceNames } from "@/shared/place-names";

interface BuildingHeadProps {
  building: BuildingDay;
  open: boolean;
  onChoose: () => void;
}

export function BuildingHead({ building, open, onChoose }: BuildingHeadProps) {
  const { t } = useTranslation("today");
  const { tally } = building;
  const name = usePlaceNames().building(building.estate, building.building);
  const tried = tally.no_answer + tally.revisit;
  return (
    <div className={open ? "building open" : "building"}>
      <button type="button" className="building-name" aria-expanded={open} onClick={onChoose}>
        <strong>{name}</strong>
        <span className="number">
          {t("building.counts", { reached: tally.reached, all: tally.households })}
          <span className="only-read-aloud"> {t("building.due", { count: tally.due })}</span>
        </span>
        {open ? <UpOutline aria-hidden /> : <DownOutline aria-hidden />}
        <span className="strip" aria-hidden>
          <i className="door-done" style={{ flexGrow: tally.reached }} />
          <i className="door-no-answer" style={{ flexGrow: tried }} />
          <i className="door-never" style={{ flexGrow: tally.untried }} />
        </span>
      </button>
      {open && <Small building={building} name={name} />}
    </div>
  );
}

function Small({ building: { estate, building }, name }: { building: BuildingDay; name: string }) {
  const { t } = useTranslation("today");
  const chart = useAsk("buildingChart", { estate, building, ...useCampaign().counted });
  if (!chart.data) return null;
  return (
    <Link
      to={buildingPath(estate, building)}
      className="building-chart"
      aria-label={t("chart.open", { name })}
    >
      <BuildingChart cells={chart.data.cells} />
      <RightOutline aria-hidden className="row-arrow" />
    </Link>
  );
}
