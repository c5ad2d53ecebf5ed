/** Households that may be one: the pairs left, the two side by side right. */
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, refresh } from "@/api/client";
import { useFresh } from "@/api/news";
import { Empty } from "@/shared/states";
import { Status } from "@/shared/status";
import { Desk, useQueue } from "./desk";
import { KeyHelp } from "./help";
import { PAGED } from "./paged";
import { PairDetail } from "./pair-detail";
import type { Undoable } from "./undo";
import { LOOK_MS, PAGE_ROWS, type Pair } from "./words";

export default function Duplicates() {
  const { t } = useTranslation("merge");
  const query = api.useInfiniteQuery(
    "get",
    "/v1/duplicates",
    { params: { query: { limit: PAGE_ROWS } } },
    { ...PAGED, refetchInterval: LOOK_MS },
  );
  useFresh(["household", "claim"], "/v1/duplicates");
  const [help, setHelp] = useState(false);
  const queue = useQueue<Pair>(query, () => setHelp(true));
  const decided = async (pair: string, done: Undoable) => {
    queue.leave(pair, done);
    await refresh("/v1/duplicates", "/v1/duplicates/{a}/{b}", "/v1/desk");
  };
  return (
    <>
      <Desk
        queue={queue}
        label={t("tab.duplicates")}
        empty={t("pairs.none")}
        none={<Empty title={t("pairs.none")} text={t("pairs.none.text")} />}
        toolbar={
          <>
            <span className="grow" />
            <Button onClick={() => setHelp(true)}>
              {t("help")} <kbd>?</kbd>
            </Button>
          </>
        }
        row={(pair) => <PairRow pair={pair} />}
        detail={(id) => <PairDetail key={id} id={id} decided={(done) => decided(id, done)} />}
      />
      {help && <KeyHelp pairs close={() => setHelp(false)} />}
    </>
  );
}

function PairRow({ pair }: { pair: Pair }) {
  const { t } = useTranslation("merge");
  const { claim } = pair;
  return (
    <>
      <span className="desk-row-title">{pair.households[0]?.address}</span>
      <span className="desk-row-title">↔ {pair.households[1]?.address}</span>
      <span className="desk-row-text">
        {claim && !claim.mine ? (
          <Status tone="warning">{t("claimed.short", { name: claim.name ?? t("claimed.program") })}</Status>
        ) : (
          <>
            {t("score", { score: pair.score })} ·{" "}
            {pair.reasons.map((reason) => t(`why.${reason}`)).join(t("value.comma"))}
          </>
        )}
      </span>
    </>
  );
}
