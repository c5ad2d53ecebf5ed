/** A building as a chart of doors that can be tapped. */
import { useTranslation } from "@/shared/texts";
import { Link, useParams } from "react-router";
import { OUTCOMES, type ChartCell, type Standing } from "@/phone/calls";
import { buildingOfPath, doorLooks, unitsOf } from "@/shared/building-chart";
import { useCampaign } from "@/shared/campaign";
import { useAsk } from "@/shared/phone";
import { usePlaceNames } from "@/shared/place-names";
import { Progress } from "@/shared/progress";
import { Screen } from "@/shared/screen";
import { Empty, Loaded } from "@/shared/states";
import { HouseholdStanding, StandingIcon } from "@/shared/status";

const STANDINGS: readonly Standing[] = ["never", ...OUTCOMES];

export default function Building() {
  const { t } = useTranslation("building");
  const params = useParams();
  const [estate, building] = [buildingOfPath(params.estate), buildingOfPath(params.building)];
  const chart = useAsk("buildingChart", { estate, building, ...useCampaign().counted });
  return (
    <Screen title={usePlaceNames().building(estate, building)} back="/">
      <Loaded query={chart}>
        {({ cells, cut }) =>
          cells.length === 0 ? (
            <Empty title={t("none")} text={t("none.text")} />
          ) : (
            <>
              <Key cells={cells} />
              {cut && <p className="hint">{t("cut")}</p>}
              <Doors cells={cells} />
            </>
          )
        }
      </Loaded>
    </Screen>
  );
}

function Key({ cells }: { cells: readonly ChartCell[] }) {
  const { t } = useTranslation("building");
  const there = new Set(cells.map(({ outcome }): Standing => outcome ?? "never"));
  const due = cells.filter((cell) => cell.due).length;
  const [all, reached] = [cells.length, cells.length - due];
  return (
    <section className="panel">
      <Progress done={reached} all={all} label={t("progress", { reached, all, due })} />
      <ul className="legend" aria-label={t("legend")}>
        {STANDINGS.filter((standing) => there.has(standing)).map((standing) => (
          <li key={standing}>
            <HouseholdStanding standing={standing} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Doors({ cells }: { cells: readonly ChartCell[] }) {
  const { t } = useTranslation("building");
  const places = usePlaceNames();
  return unitsOf(cells).map(({ unit, floors }) => (
    <section key={unit} className="panel">
      <h2>{places.unit(unit)}</h2>
      {floors.map(({ floor, cells }) => (
        <div key={floor ?? "?"} className="doors">
          {cells.map(({ id, room, outcome }) => (
            <Link
              key={id}
              to={`/household/${id}`}
              className={`door-big ${doorLooks(outcome)}`}
              aria-label={t("door", { room, standing: t(`standing.${outcome ?? "never"}`) })}
            >
              <span aria-hidden>
                <StandingIcon standing={outcome ?? "never"} />
              </span>
              <span aria-hidden>{room}</span>
            </Link>
          ))}
        </div>
      ))}
    </section>
  ));
}
