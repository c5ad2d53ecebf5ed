/** Households that may be one: the pairs left, the two side by side right. */
import { Button } from "antd";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, refresh } from "@/api/client";
import { Empty, Failed, Loading } from "@/shared/states";
import { Status } from "@/shared/status";
import { KeyHelp } from "./help";
import { useKeys } from "./keys";
import { PairDetail } from "./pair-detail";
import { neighbour, Queue } from "./queue";
import { useUndo, type Undoable } from "./undo";
import { NEWS_MS, PAGE_ROWS, type Pair } from "./words";

const idOf = (pair: Pair) => pair.id;

export default function Duplicates() {
  const { t } = useTranslation("merge");
  const query = api.useInfiniteQuery(
    "get",
    "/v1/duplicates",
    { params: { query: { limit: PAGE_ROWS } } },
    {
      pageParamName: "cursor",
      initialPageParam: "",
      getNextPageParam: (page) => page.next ?? undefined,
      refetchInterval: NEWS_MS,
    },
  );
  const [picked, setPicked] = useState<string>();
  const [gone, setGone] = useState<string[]>([]);
  const items = (query.data?.pages.flatMap((page) => page.items) ?? []).filter((it) => !gone.includes(it.id));
  if (picked === undefined && items[0]) setPicked(items[0].id);
  const chosen = picked;
  const [last, setLast] = useState<Undoable>();
  const [help, setHelp] = useState(false);
  const undo = useUndo();

  const step = (by: 1 | -1) => {
    const next = neighbour(items, idOf, chosen, by);
    if (next) setPicked(next.id);
  };
  const takeBack = async () => {
    if (!last || !(await undo(last))) return;
    setGone([]);
    setLast(undefined);
  };
  const decided = async (done: Undoable) => {
    const next = neighbour(items, idOf, chosen, 1);
    setLast(done);
    if (chosen !== undefined) setGone((before) => [...before, chosen]);
    setPicked(next && next.id !== chosen ? next.id : undefined);
    await refresh("/v1/duplicates", "/v1/duplicates/{a}/{b}", "/v1/desk");
  };
  useKeys((key) => {
    if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
    else if (key === "u") void takeBack();
    else if (key === "?") setHelp(true);
    else return false;
    return true;
  });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  if (query.data === undefined) {
    return query.error ? <Failed problem={query.error} retry={query.refetch} /> : <Loading />;
  }
  return (
    <>
      <div className="toolbar">
        <span className="grow" />
        <Button onClick={() => setHelp(true)}>
          {t("help")} <kbd>?</kbd>
        </Button>
      </div>
      {items.length === 0 && picked === undefined ? (
        <Empty title={t("pairs.none")} text={t("pairs.none.text")} />
      ) : (
        <div className="desk">
          <Queue
            label={t("tab.duplicates")}
            empty={t("pairs.none")}
            items={items}
            id={idOf}
            chosen={chosen}
            choose={setPicked}
            row={(pair) => <PairRow pair={pair} />}
            more={more}
          />
          <div className="desk-detail">
            {chosen !== undefined && <PairDetail key={chosen} id={chosen} decided={decided} />}
          </div>
        </div>
      )}
      {last && (
        <div className="desk-last" role="status">
          <Status tone="good">{t(`done.${last.kind}`, { what: last.what })}</Status>
          <Button size="small" onClick={() => void takeBack()}>
            {t("undo")} <kbd>U</kbd>
          </Button>
        </div>
      )}
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
