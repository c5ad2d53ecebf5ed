/** The first download as a step of its own: how much, how far, whether the app must stay open. */
import { Button } from "antd-mobile";
import { DownlandOutline, MinusCircleOutline } from "antd-mobile-icons";
import { useEffect, useState } from "react";
import { useTranslation } from "@/shared/texts";
import type { Space, Status } from "@/phone/calls";
import { gridsOf } from "@/shared/grids";
import { Progress } from "@/shared/progress";
import { useSyncState } from "@/shared/sync-state";
import { Status as Mark } from "@/shared/status";

/** What the relay cuts a page at (core/src/sync/frames.rs); the last page of a space is smaller. */
const PAGE_MB = 1;

/**
 * Pages here and pages there are. A grid whose turn has not come says nothing of its size yet: it counts as much as
 * the others on average, so that the bar is not full while it waits.
 */
function sumOf(spaces: readonly Space[]) {
  const sized = spaces.filter(({ pages, state }) => pages > 0 || state === "live");
  const pagesOf = ({ pages }: Space) => Math.max(pages, 1);
  const pages = sized.reduce((sum, space) => sum + pagesOf(space), 0);
  const done = sized.reduce(
    (sum, space) => sum + (space.state === "live" ? pagesOf(space) : space.pages_done),
    0,
  );
  const waiting = sized.length === 0 ? 0 : (spaces.length - sized.length) * (pages / sized.length);
  return { pages: Math.round(pages + waiting), done, known: sized.length > 0 };
}

export default function FirstSync({ status, onBegin }: { status: Status; onBegin: () => void }) {
  const { t } = useTranslation("first-sync");
  const { stand } = useSyncState();
  const { pages, done, known } = sumOf(status.spaces);
  const percent = pages === 0 ? 0 : Math.floor((done / pages) * 100);
  const grids = gridsOf(status);
  const stored = useAppStored();
  const ready = grids.some(({ state }) => state === "live") && status.households > 0;
  return (
    <main className="door">
      <div className="door-card">
        <DownlandOutline className="door-icon" aria-hidden />
        <h1>{t("title")}</h1>
        <p>{t("text", { name: status.worker_name ?? "" })}</p>
        <Progress
          done={done}
          all={pages}
          label={
            known
              ? t("progress", { percent, size: Math.max(1, pages * PAGE_MB), households: status.households })
              : t("asking")
          }
        />
        {stand === "offline" && (
          <div className="note" role="status">
            <MinusCircleOutline aria-hidden />
            <span>{t(done > 0 ? "offline.resumes" : "offline")}</span>
          </div>
        )}
        <ul className="facts">
          <li>{t("fact.open")}</li>
          <li>{t("fact.resume")}</li>
          <li>{t("fact.wifi")}</li>
        </ul>
        {grids.length > 0 && (
          <ul className="first-grids" aria-label={t("grids")}>
            <li>
              <span>{t("app")}</span>
              <Mark tone={stored ? "good" : "neutral"}>{t(stored ? "grid.live" : "grid.loading")}</Mark>
            </li>
            {grids.map((grid) => (
              <li key={grid.id}>
                <span className="number">{t("grid", { grid: grid.name })}</span>
                <Mark tone={grid.state === "live" ? "good" : "neutral"}>{t(`grid.${grid.state}`)}</Mark>
              </li>
            ))}
          </ul>
        )}
        <Button block color="primary" size="large" disabled={!ready} onClick={onBegin}>
          {t(ready ? "begin" : "not_yet")}
        </Button>
      </div>
    </main>
  );
}

/** Whether the browser has the app itself, so that it opens without a network. */
function useAppStored(): boolean {
  const [stored, setStored] = useState(false);
  useEffect(() => {
    let gone = false;
    // Without a safe connection there are no service workers at all.
    const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
    void serviceWorker?.ready.then(() => {
      if (!gone) setStored(true);
    });
    return () => {
      gone = true;
    };
  }, []);
  return stored;
}
