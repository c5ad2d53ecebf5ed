/** Coverage: which doors have been knocked on, as building charts and in numbers by grid; live. */
import { Segmented, Select, Tabs } from "antd";
import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";
import { api, type Schema } from "@/api/client";
import { PageFrame } from "@/shared/page-frame";
import { Empty, Failed, Loaded, Loading } from "@/shared/states";
import { Card } from "./card";
import { Chart, Legend } from "./chart";
import { buildingsOf } from "./layout";
import { legendOf, lookOf, type Cell, type ColourBy } from "./looks";
import { useLive } from "./live";

const Progress = lazy(() => import("./progress"));

type Coverage = Schema<"Coverage">;
type Estate = Schema<"EstateCoverage">;

const WAYS: ColourBy[] = ["outcome", "days", "tag"];

export default function CoveragePage() {
  const { t, i18n } = useTranslation("coverage");
  // Everything chosen stands in the address: it survives opening a household and coming back.
  const [params, setParams] = useSearchParams();
  const campaign = params.get("campaign") ?? undefined;
  const tab = params.get("view") ?? "chart";
  const set = useCallback(
    (changes: Record<string, string | undefined>) =>
      setParams(
        (before) => {
          for (const [name, value] of Object.entries(changes)) {
            if (value === undefined) before.delete(name);
            else before.set(name, value);
          }
          return before;
        },
        { replace: true },
      ),
    [setParams],
  );
  const campaigns = api.useQuery("get", "/v1/campaigns");
  const coverage = api.useQuery(
    "get",
    "/v1/coverage",
    { params: { query: { campaign } } },
    { placeholderData: (before) => before },
  );
  const number = new Intl.NumberFormat(i18n.language);
  const choice = (
    <Select
      style={{ width: 230 }}
      aria-label={t("campaign")}
      value={campaign ?? ""}
      onChange={(value) => set({ campaign: value === "" ? undefined : value })}
      options={[
        { value: "", label: t("campaign.all") },
        ...(campaigns.data ?? []).map((it) => ({
          value: it.campaign,
          label: t(it.quarter ? "campaign.quarter" : "campaign.named", {
            name: it.campaign,
            count: number.format(it.households),
          }),
        })),
      ]}
    />
  );
  return (
    <PageFrame title={t("menu.coverage")} description={t("text")} actions={choice}>
      <Loaded
        query={coverage}
        empty={{
          when: (data) => data.total.households === 0,
          show: <Empty title={t("none")} text={t("none.text")} />,
        }}
      >
        {(data) => (
          <Tabs
            activeKey={tab}
            onChange={(view) => set({ view: view === "chart" ? undefined : view })}
            items={[
              { key: "chart", label: t("view.chart"), children: <Charts coverage={data} set={set} /> },
              {
                key: "grids",
                label: t("view.grids"),
                children: (
                  <Suspense fallback={<Loading />}>
                    <Progress grids={data.grids} total={data.total} />
                  </Suspense>
                ),
              },
            ]}
          />
        )}
      </Loaded>
    </PageFrame>
  );
}

interface ChartsProps {
  coverage: Coverage;
  set: (changes: Record<string, string | undefined>) => void;
}

function keyOf(estate: Estate): string {
  return `${estate.community}\n${estate.estate}`;
}

function Charts({ coverage, set }: ChartsProps) {
  const { t, i18n } = useTranslation("coverage");
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const chosen = coverage.estates.find(
    (it) => it.estate === params.get("estate") && it.community === params.get("community"),
  );
  const estate = chosen ?? coverage.estates[0];
  const building = params.get("building") ?? undefined;
  const campaign = params.get("campaign") ?? undefined;
  const by = WAYS.find((way) => way === params.get("by")) ?? "outcome";
  const query = { estate: estate?.estate ?? "", community: estate?.community, building, campaign };
  const cells = api.useQuery(
    "get",
    "/v1/coverage/cells",
    { params: { query } },
    // Of the same estate, what was shown stays until the new cells are there, and with it the focus.
    { placeholderData: (before, asked) => (isOf(asked?.queryKey, query.estate) ? before : undefined) },
  );
  const fresh = useLive(query, cells.data);
  const [looked, setLooked] = useState<string>();
  // A day is long: the hour at which the page was opened will do.
  const [now] = useState(() => Date.now());
  const list = cells.data?.cells;
  const buildings = useMemo(() => buildingsOf(list ?? []), [list]);
  const tags = useMemo(() => tagsOf(list ?? []), [list]);
  const tag = params.get("tag") ?? tags[0]?.[0];
  const counts = useMemo(() => {
    const found = new Map<string, number>();
    for (const cell of list ?? []) {
      const { name } = lookOf(cell, by, tag, now);
      found.set(name, (found.get(name) ?? 0) + 1);
    }
    return legendOf(by).map((look) => ({ ...look, count: found.get(look.name) ?? 0 }));
  }, [list, by, tag, now]);
  const number = new Intl.NumberFormat(i18n.language);
  const told = (name: string, tally: Schema<"Tally">) =>
    t("choice", { name, reached: number.format(tally.reached), households: number.format(tally.households) });
  const open = useCallback((id: string) => void navigate(`/households/${id}`), [navigate]);
  if (!estate) return null;
  return (
    <div className="coverage">
      <div className="toolbar">
        <Select
          style={{ width: 300 }}
          aria-label={t("estate")}
          showSearch={{ optionFilterProp: "label" }}
          value={keyOf(estate)}
          onChange={(key) => {
            const [community, name] = key.split("\n");
            set({ community, estate: name, building: undefined });
          }}
          options={coverage.estates.map((it) => ({
            value: keyOf(it),
            label: told(it.estate === "" ? t("estate.none") : it.estate, it.tally),
          }))}
        />
        <Select
          style={{ width: 210 }}
          aria-label={t("building.choice")}
          showSearch={{ optionFilterProp: "label" }}
          value={building ?? ""}
          onChange={(name) => set({ building: name === "" ? undefined : name })}
          options={[
            { value: "", label: t("building.all") },
            ...estate.buildings.map((it) => ({
              value: it.building,
              label: told(
                it.building === "" ? t("building.none") : t("building", { building: it.building }),
                it.tally,
              ),
            })),
          ].filter((it, at) => at === 0 || it.value !== "")}
        />
        <Segmented
          aria-label={t("by")}
          value={by}
          onChange={(way) => set({ by: way === "outcome" ? undefined : way })}
          options={WAYS.map((way) => ({ value: way, label: t(`by.${way}`) }))}
        />
        {by === "tag" && (
          <Select
            style={{ width: 170 }}
            aria-label={t("tag")}
            showSearch
            value={tag}
            placeholder={t("tag.none")}
            onChange={(name) => set({ tag: name })}
            options={tags.map(([name, count]) => ({ value: name, label: `${name} ${number.format(count)}` }))}
          />
        )}
      </div>
      <Legend counts={counts} disputed={list?.filter((cell) => cell.conflict).length ?? 0} />
      <div role="status" className="only-read-aloud">
        {fresh.size > 0 && t("fresh", { count: fresh.size })}
      </div>
      {list === undefined ? (
        cells.error ? (
          <Failed problem={cells.error} retry={cells.refetch} />
        ) : (
          <Loading rows={10} />
        )
      ) : (
        <div className="chart-and-card">
          <Chart
            estate={estate.estate}
            buildings={buildings}
            by={by}
            tag={tag}
            now={now}
            fresh={fresh}
            onLook={setLooked}
            onOpen={open}
          />
          <Card cell={list.find((cell) => cell.id === looked)} now={now} />
        </div>
      )}
    </div>
  );
}

function isOf(queryKey: readonly unknown[] | undefined, estate: string): boolean {
  const asked = queryKey?.[2] as { params?: { query?: { estate?: string } } } | undefined;
  return asked?.params?.query?.estate === estate;
}

function tagsOf(cells: readonly Cell[]): [tag: string, count: number][] {
  const found = new Map<string, number>();
  for (const tag of cells.flatMap((cell) => cell.tags ?? [])) found.set(tag, (found.get(tag) ?? 0) + 1);
  return [...found].sort(([a, m], [b, n]) => n - m || a.localeCompare(b, "zh-CN"));
}
