/** The merge desk (合并台): what phones disagree on, and households that may be one. */
import { Badge, Tabs } from "antd";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api } from "@/api/client";
import { useFresh } from "@/api/news";
import { PageFrame } from "@/shared/page-frame";
import { Loading } from "@/shared/states";
import { Conflicts } from "./conflicts";
import { LOOK_MS } from "./words";
import "./merge.css";

// Most people come for the conflicts; the other tabs are loaded when they are opened.
const Duplicates = lazy(() => import("./duplicates"));
const Settled = lazy(() => import("./settled"));
const Done = lazy(() => import("./done"));

export default function Merge() {
  const { t } = useTranslation("merge");
  const [params, setParams] = useSearchParams();
  const tab = params.get("tab") ?? "conflicts";
  const counts = api.useQuery("get", "/v1/desk", undefined, { refetchInterval: LOOK_MS, staleTime: 0 });
  useFresh(["conflict", "household"], "/v1/desk");
  const open = counts.data?.conflicts.filter((row) => row.status === "open");
  const label = (name: string, count?: number) => ({
    key: name,
    label: (
      <span>
        {t(`tab.${name}`)}{" "}
        {count !== undefined && (
          <Badge count={count} showZero={false} overflowCount={9999} color="#4a5361" size="small" />
        )}
      </span>
    ),
  });
  return (
    <PageFrame title={t("menu.merge")} description={t("text")}>
      <Tabs
        className="desk-tabs"
        activeKey={tab}
        onChange={(key) => setParams(key === "conflicts" ? {} : { tab: key }, { replace: true })}
        items={[
          label(
            "conflicts",
            open?.reduce((sum, row) => sum + row.count, 0),
          ),
          label("duplicates", counts.data?.duplicates),
          label("settled"),
          label("done"),
        ]}
      />
      <Suspense fallback={<Loading />}>
        {tab === "conflicts" && <Conflicts counts={open} />}
        {tab === "duplicates" && <Duplicates />}
        {tab === "settled" && <Settled />}
        {tab === "done" && <Done />}
      </Suspense>
    </PageFrame>
  );
}
