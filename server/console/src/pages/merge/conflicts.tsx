/** Conflicts that wait for a decision: the queue left, the one at hand right. */
import { ThunderboltOutlined } from "@ant-design/icons";
import { Button, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api, refresh, type Schema } from "@/api/client";
import { useFresh } from "@/api/news";
import { useCan } from "@/api/session";
import { Empty } from "@/shared/states";
import { Status } from "@/shared/status";
import { Bulk } from "./bulk";
import { ConflictDetail, type Draft } from "./conflict-detail";
import { Desk, useQueue } from "./desk";
import { KeyHelp } from "./help";
import { PAGED } from "./paged";
import { LOOK_MS, PAGE_ROWS, useWords, type Conflict } from "./words";

export function Conflicts({ counts }: { counts: Schema<"CountBody">[] | undefined }) {
  const { t } = useTranslation("merge");
  const words = useWords();
  const can = useCan();
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
    { ...PAGED, refetchInterval: LOOK_MS },
  );
  useFresh(["conflict", "claim"], "/v1/conflicts");
  // What was entered stays until it is saved, also while one looks at another conflict.
  const [drafts, setDrafts] = useState<Record<string, Draft>>({});
  const [dialog, setDialog] = useState<"help" | "bulk">();
  const queue = useQueue<Conflict>(query, () => setDialog("help"));
  const news = () => refresh("/v1/conflicts", "/v1/conflicts/{id}", "/v1/desk");
  const decided = async (it: Conflict, kept: string) => {
    const what = `${it.address ?? ""} ${words.field(it)} = ${words.value(kept)}`;
    queue.leave(it.id, { kind: "resolution", id: it.id, what });
    setDrafts((before) => Object.fromEntries(Object.entries(before).filter(([id]) => id !== it.id)));
    await news();
  };
  const trivial = counts?.reduce((sum, row) => sum + row.trivial, 0) ?? 0;
  const filtered = Object.values(filter).some((it) => it !== undefined);
  return (
    <>
      <Desk
        queue={queue}
        label={t("tab.conflicts")}
        empty={t("conflicts.none")}
        none={
          <Empty
            title={t(filtered ? "conflicts.none_filtered" : "conflicts.none")}
            text={t(filtered ? "conflicts.none_filtered.text" : "conflicts.none.text")}
          />
        }
        toolbar={
          <>
            <Filters counts={counts} />
            <span className="grow" />
            {can("resolve") && (
              <Button
                icon={<ThunderboltOutlined />}
                disabled={trivial === 0}
                onClick={() => setDialog("bulk")}
              >
                {t("bulk", { count: trivial })}
              </Button>
            )}
            <Button onClick={() => setDialog("help")}>
              {t("help")} <kbd>?</kbd>
            </Button>
          </>
        }
        row={(it) => <QueueRow conflict={it} />}
        detail={(id) => (
          <ConflictDetail
            key={id}
            id={id}
            listed={queue.items.find((it) => it.id === id)}
            draft={drafts[id]}
            change={(draft) => setDrafts((before) => ({ ...before, [id]: draft }))}
            decided={decided}
            next={queue.next}
          />
        )}
      />
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
