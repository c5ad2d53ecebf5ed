/** What nobody had to decide: settled by a field's policy, or by a later edit. */
import type { TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { HouseholdLink } from "@/shared/household-link";
import { Time } from "@/shared/time";
import { PAGED, PagedTable } from "./paged";
import { PAGE_ROWS, useWords, type Conflict } from "./words";

export default function Settled() {
  const { t } = useTranslation("merge");
  const words = useWords();
  const query = api.useInfiniteQuery(
    "get",
    "/v1/conflicts",
    { params: { query: { status: "settled", limit: PAGE_ROWS } } },
    PAGED,
  );
  const columns: TableColumnsType<Conflict> = [
    {
      title: t("household"),
      width: 210,
      render: (_, it) => <HouseholdLink id={it.household} address={it.address ?? ""} />,
    },
    {
      title: t("field"),
      width: 150,
      render: (_, it) => [it.resident, words.field(it)].filter((part) => part).join(" · "),
    },
    {
      title: t("bulk.values"),
      width: 230,
      render: (_, it) =>
        it.values.map((version) => `${words.value(version.value)}(${version.author})`).join(" / "),
    },
    { title: t("bulk.kept"), width: 140, render: (_, it) => <strong>{words.value(it.chosen)}</strong> },
    {
      title: t("settled.by"),
      width: 210,
      render: (_, it) =>
        it.ended_by?.cause === "write"
          ? t("settled.write", { by: it.ended_by.by ?? "?" })
          : t(`settled.policy.${it.merge ?? "auto"}`),
    },
    { title: t("when"), width: 145, render: (_, it) => <Time at={it.closed_at} /> },
  ];
  return (
    <PagedTable
      label={t("tab.settled")}
      query={query}
      columns={columns}
      empty={{ title: t("settled.none"), text: t("settled.none.text") }}
      width={1085}
    />
  );
}
