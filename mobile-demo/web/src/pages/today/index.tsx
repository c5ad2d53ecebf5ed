/** What a worker does now: who is due, by building and unit, and a search over everything on this phone. */
import { AddOutline } from "antd-mobile-icons";
import { useRef, type RefObject } from "react";
import { useTranslation } from "@/shared/texts";
import { Link, useSearchParams } from "react-router";
import type { Status, Today as TodayData } from "@/phone/calls";
import { useCampaign } from "@/shared/campaign";
import { useAsk } from "@/shared/phone";
import { Progress } from "@/shared/progress";
import { Screen } from "@/shared/screen";
import { SearchField } from "@/shared/search-field";
import { Empty, Failed, Loaded, Loading } from "@/shared/states";
import { Ago } from "@/shared/time";
import { useTyped } from "@/shared/typed";
import { UpdateNote } from "@/shared/update";
import { Campaigns } from "./campaigns";
import { Found } from "./found";
import { Buildings, OneKind } from "./lists";
import { Notes } from "./notes";

/** Households that are wanted for one reason. */
const ONLY = ["never", "revisit", "unsent", "conflict"] as const;
type Only = (typeof ONLY)[number];

export default function Today() {
  const { t } = useTranslation("today");
  const [search, setSearch] = useTyped();
  // In the address, so that coming back from a household finds the list as it was.
  const [params, setParams] = useSearchParams();
  const only = ONLY.find((word) => word === params.get("only"));
  const setOnly = (value: Only | undefined) =>
    setParams(value === undefined ? {} : { only: value }, { replace: true });
  const wanted = search.trim();
  const scroller = useRef<HTMLElement>(null);
  const status = useAsk("status", {});
  const today = useAsk("today", { limit: 0, ...useCampaign().counted });
  return (
    <Screen
      title={t("title")}
      tabs
      scroller={scroller}
      top={
        <div className="today-top">
          <SearchField value={search} onChange={setSearch} hint={t("search.hint")} />
          {wanted === "" && <Filters value={only} onChange={setOnly} />}
        </div>
      }
    >
      <UpdateNote />
      {wanted !== "" ? (
        <Found search={wanted} status={status.data} />
      ) : (
        <Loaded query={status}>
          {(known) => (
            <>
              <Notes status={known} />
              <Campaigns />
              {today.data === undefined ? (
                today.error ? (
                  <Failed problem={today.error} retry={today.refetch} />
                ) : (
                  <Loading rows={8} />
                )
              ) : (
                <Due today={today.data} status={known} only={only} scroller={scroller} />
              )}
            </>
          )}
        </Loaded>
      )}
    </Screen>
  );
}

function Filters({
  value,
  onChange,
}: {
  value: Only | undefined;
  onChange: (value: Only | undefined) => void;
}) {
  const { t } = useTranslation("today");
  return (
    <div className="filters" role="group" aria-label={t("filters")}>
      <button
        type="button"
        className="chip"
        aria-pressed={value === undefined}
        onClick={() => onChange(undefined)}
      >
        {t("only.due")}
      </button>
      {ONLY.map((only) => (
        <button
          key={only}
          type="button"
          className="chip"
          aria-pressed={value === only}
          onClick={() => onChange(value === only ? undefined : only)}
        >
          {t(`only.${only}`)}
        </button>
      ))}
    </div>
  );
}

interface DueProps {
  today: TodayData;
  status: Status;
  only: Only | undefined;
  scroller: RefObject<HTMLElement | null>;
}

function Due({ today, status, only, scroller }: DueProps) {
  const { t } = useTranslation("today");
  const { period, tally } = today;
  if (tally.households === 0) return <NothingHere status={status} />;
  return (
    <>
      <section className="panel today-progress">
        <Progress
          done={tally.reached}
          all={tally.households}
          label={t("progress", { reached: tally.reached, all: tally.households, due: tally.due })}
        />
        <p className="hint">
          {t("updated", { period })} <Ago at={status.last_sync_ms} none={t("never_synced")} />
        </p>
      </section>
      {only === undefined ? (
        <Buildings buildings={today.buildings} scroller={scroller} />
      ) : (
        <OneKind key={only} only={only} scroller={scroller} />
      )}
      <Link to="/add" className="row add-row">
        <AddOutline aria-hidden />
        <span>{t("add")}</span>
      </Link>
    </>
  );
}

/** An empty list that is merely not synced yet says so. */
function NothingHere({ status }: { status: Status }) {
  const { t } = useTranslation("today");
  const synced = status.last_sync_ms !== null;
  return (
    <Empty
      title={t(synced ? "no_households" : "not_synced")}
      text={t(synced ? "no_households.text" : "not_synced.text")}
      action={
        <Link to="/sync" className="link">
          {t("to_sync")}
        </Link>
      }
    />
  );
}
