/** Conflicts that wait for a decision: the queue left, the one at hand right. */
import { ThunderboltOutlined } from "@ant-design/icons";
import { Button, Select } from "antd";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api, refresh, type Schema } from "@/api/client";
import { useCan } from "@/api/session";
import { Empty, Failed, Loading } from "@/shared/states";
import { Status } from "@/shared/status";
import { Bulk } from "./bulk";
import { ConflictDetail, type Draft } from "./conflict-detail";
import { KeyHelp } from "./help";
import { useKeys } from "./keys";
import { neighbour, Queue } from "./queue";
import { useUndo, type Undoable } from "./undo";
import { NEWS_MS, PAGE_ROWS, useWords, type Conflict } from "./words";

const idOf = (it: Conflict) => it.id;

export function Conflicts({ counts }: { counts: Schema<"CountBody">[] | undefined }) {
  const { t } = useTranslation("merge");
  const words = useWords();
  const can = useCan();
  const undo = useUndo();
  const [params] = useSearchParams();
  const filter = {
    field: params.get("field") ?? undefined,
    grid: params.get("grid") ?? undefined,
    trivial: params.has("trivial") ? params.get("trivial") === "true" : undefined,
  };
  const query = api.useInfiniteQuery(
    "get",
    "/v1/conflicts",
    { params: { query: { status: "open", limit: PAGE_ROWS, ...filter } } },
    {
      pageParamName: "cursor",
      initialPageParam: "",
      getNextPageParam: (page) => page.next ?? undefined,
      refetchInterval: NEWS_MS,
    },
  );
  const [picked, setPicked] = useState<string>();
  // What was decided here leaves the queue at once, not with the next reading of the list.
  const [gone, setGone] = useState<string[]>([]);
  const items = (query.data?.pages.flatMap((page) => page.items) ?? []).filter((it) => !gone.includes(it.id));
  // The one at hand stays at hand, also when somebody else decides it or others arrive above it.
  if (picked === undefined && items[0]) setPicked(items[0].id);
  const chosen = picked;
  // What was entered stays until it is saved, also while one looks at another conflict.
  const [drafts, setDrafts] = useState<Record<string, Draft>>({});
  const [last, setLast] = useState<Undoable>();
  const [dialog, setDialog] = useState<"help" | "bulk">();

  const step = (by: 1 | -1) => {
    const next = neighbour(items, idOf, chosen, by);
    if (next) setPicked(next.id);
  };
  const news = () => refresh("/v1/conflicts", "/v1/conflicts/{id}", "/v1/desk");
  const takeBack = async () => {
    if (!last || !(await undo(last))) return;
    setGone((before) => before.filter((id) => id !== last.id));
    setPicked(last.id);
    setLast(undefined);
  };
  const decided = async (it: Conflict, kept: string) => {
    const next = neighbour(items, idOf, it.id, 1);
    setGone((before) => [...before, it.id]);
    const what = `${it.address ?? ""} ${words.field(it)} = ${words.value(kept)}`;
    setLast({ kind: "resolution", id: it.id, what });
    setDrafts((before) => Object.fromEntries(Object.entries(before).filter(([id]) => id !== it.id)));
    setPicked(next && next.id !== it.id ? next.id : undefined);
    await news();
  };
  useKeys((key) => {
    if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
    else if (key === "u") void takeBack();
    else if (key === "?") setDialog("help");
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
  const trivial = counts?.reduce((sum, row) => sum + row.trivial, 0) ?? 0;
  const filtered = Object.values(filter).some((it) => it !== undefined);
  return (
    <>
      <div className="toolbar">
        <Filters counts={counts} />
        <span className="grow" />
        {can("resolve") && (
          <Button icon={<ThunderboltOutlined />} disabled={trivial === 0} onClick={() => setDialog("bulk")}>
            {t("bulk", { count: trivial })}
          </Button>
        )}
        <Button onClick={() => setDialog("help")}>
          {t("help")} <kbd>?</kbd>
        </Button>
      </div>
      {items.length === 0 && picked === undefined ? (
        <Empty
          title={t(filtered ? "conflicts.none_filtered" : "conflicts.none")}
          text={t(filtered ? "conflicts.none_filtered.text" : "conflicts.none.text")}
        />
      ) : (
        <div className="desk">
          <Queue
            label={t("tab.conflicts")}
            empty={t("conflicts.none")}
            items={items}
            id={idOf}
            chosen={chosen}
            choose={setPicked}
            row={(it) => <QueueRow conflict={it} />}
            more={more}
          />
          <div className="desk-detail">
            {chosen !== undefined && (
              <ConflictDetail
                key={chosen}
                id={chosen}
                listed={items.find((it) => it.id === chosen)}
                draft={drafts[chosen]}
                change={(draft) => setDrafts((before) => ({ ...before, [chosen]: draft }))}
                decided={decided}
                next={() => setPicked(neighbour(items, idOf, chosen, 1)?.id)}
              />
            )}
          </div>
        </div>
      )}
      {last && (
        <div className="desk-last" role="status">
          <Status tone="good">{t("done.resolution", { what: last.what })}</Status>
          <Button size="small" onClick={() => void takeBack()}>
            {t("undo")} <kbd>U</kbd>
          </Button>
        </div>
      )}
      {dialog === "help" && <KeyHelp close={() => setDialog(undefined)} />}
      {dialog === "bulk" && (
        <Bulk
          filter={filter}
          close={() => {
            setDialog(undefined);
            void news();
          }}
        />
      )}
    </>
  );
}

function Filters({ counts }: { counts: Schema<"CountBody">[] | undefined }) {
  const { t } = useTranslation("merge");
  const words = useWords();
  const [params, setParams] = useSearchParams();
  const grids = api.useQuery("get", "/v1/grids");
  const set = (name: string, value: string | undefined) =>
    setParams(
      (before) => {
        if (value) before.set(name, value);
        else before.delete(name);
        return before;
      },
      { replace: true },
    );
  return (
    <>
      <Select
        allowClear
        style={{ width: 200 }}
        aria-label={t("filter.field")}
        placeholder={t("filter.field")}
        value={params.get("field")}
        onChange={(value: string | undefined) => set("field", value)}
        options={counts?.map((row) => ({
          value: row.field,
          label: t("filter.count", { what: words.field(row), count: row.count }),
        }))}
      />
      <Select
        allowClear
        showSearch={{ optionFilterProp: "label" }}
        style={{ width: 240 }}
        aria-label={t("filter.grid")}
        placeholder={t("filter.grid")}
        value={params.get("grid")}
        onChange={(value: string | undefined) => set("grid", value)}
        options={grids.data?.map((it) => ({
          value: it.code,
          label: it.name === it.code ? it.code : `${it.name} ${it.code}`,
        }))}
      />
      <Select
        allowClear
        style={{ width: 160 }}
        aria-label={t("filter.trivial")}
        placeholder={t("filter.trivial")}
        value={params.get("trivial")}
        onChange={(value: string | undefined) => set("trivial", value)}
        options={["true", "false"].map((value) => ({ value, label: t(`filter.trivial.${value}`) }))}
      />
    </>
  );
}

function QueueRow({ conflict }: { conflict: Conflict }) {
  const { t } = useTranslation("merge");
  const words = useWords();
  const { claim } = conflict;
  const whose = [conflict.resident, words.field(conflict)].filter((it) => it).join(" · ");
  const values = conflict.values.map((version) => words.value(version.value)).join(" / ");
  return (
    <>
      <span className="desk-row-title">{conflict.address ?? conflict.household}</span>
      <span className="desk-row-text">{t("row.values", { what: whose, values })}</span>
      <span className="desk-row-text">
        {claim && !claim.mine ? (
          <Status tone="warning">{t("claimed.short", { name: claim.name ?? t("claimed.program") })}</Status>
        ) : conflict.trivial ? (
          t("trivial")
        ) : (
          t("values", { count: conflict.values.length })
        )}
      </span>
    </>
  );
}
