/** Every household: found by anything remembered of it, narrowed to a grid. */
import { PlusOutlined } from "@ant-design/icons";
import { Button, Input, Select, type TableColumnsType } from "antd";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";
import { api, type Schema } from "@/api/client";
import { useCan } from "@/api/session";
import { DataTable } from "@/shared/data-table";
import { HouseholdLink } from "@/shared/household-link";
import { PageFrame } from "@/shared/page-frame";
import { keepSearch, searchHeader, searchOf } from "@/shared/searches";
import { Status } from "@/shared/status";
import { Tags } from "@/shared/tags";
import { Time } from "@/shared/time";
import { AddHousehold } from "./add";

type Row = Schema<"HouseholdBody">;

/** More than the largest community has; the table draws only what is seen. */
const ROWS_MAX = 20_000;
/** Names beyond these are a number. */
const NAMES_MAX = 3;
const OUTCOMES = ["done", "no_answer", "moved", "refused", "revisit"];

export default function Households() {
  const { t, i18n } = useTranslation("households");
  const navigate = useNavigate();
  // Both survive going back to this page; the grid can be sent to a colleague, what is searched for cannot.
  const [params, setParams] = useSearchParams();
  const can = useCan();
  const [adding, setAdding] = useState(false);
  const search = searchOf(params.get("search"));
  const grid = params.get("grid");
  const deferred = useDeferredValue(search.trim());
  const grids = api.useQuery("get", "/v1/grids");
  const households = api.useQuery(
    "get",
    "/v1/households",
    { params: { query: { grid: grid ?? undefined, limit: ROWS_MAX }, ...searchHeader(deferred) } },
    { placeholderData: (before) => before },
  );
  const rows = households.data;

  const set = (name: string, value: string | undefined) =>
    setParams(
      (before) => {
        if (value) before.set(name, value);
        else before.delete(name);
        return before;
      },
      { replace: true },
    );
  const columns: TableColumnsType<Row> = [
    {
      title: t("address"),
      width: 240,
      render: (_, row) => <HouseholdLink id={row.id} address={row.address} />,
    },
    { title: t("residents"), width: 200, render: (_, row) => <Names names={row.residents} /> },
    { title: t("phone"), dataIndex: "contact_phone", width: 130, className: "number" },
    {
      title: t("tags"),
      width: 200,
      render: (_, row) => <Tags tags={row.tags} />,
    },
    {
      title: t("last_visit"),
      width: 190,
      sorter: (a, b) => (a.last_visit_at ?? "").localeCompare(b.last_visit_at ?? ""),
      render: (_, row) => <LastVisit row={row} />,
    },
    {
      title: t("conflicts"),
      width: 110,
      sorter: (a, b) => a.open_conflicts - b.open_conflicts,
      render: (_, row) =>
        row.open_conflicts > 0 && (
          <Status tone="warning">{t("conflicts.open", { count: row.open_conflicts })}</Status>
        ),
    },
  ];
  const number = new Intl.NumberFormat(i18n.language);
  const options = grids.data?.map((it) => ({
    value: it.code,
    label: t("grid.option", {
      name: it.name === it.code ? it.code : `${it.name} ${it.code}`,
      households: number.format(it.households),
    }),
  }));
  return (
    <PageFrame
      title={t("menu.households")}
      description={t("text")}
      actions={
        can("edit") && (
          <Button icon={<PlusOutlined />} onClick={() => setAdding(true)}>
            {t("add")}
          </Button>
        )
      }
    >
      <div className="toolbar">
        <Input.Search
          allowClear
          style={{ width: 360 }}
          aria-label={t("search")}
          placeholder={t("shell.search.hint")}
          value={search}
          onChange={(event) => set("search", keepSearch(event.target.value))}
        />
        <Select
          allowClear
          showSearch={{ optionFilterProp: "label" }}
          style={{ width: 280 }}
          aria-label={t("grid")}
          placeholder={t("grid.all")}
          value={grid}
          onChange={(code: string | undefined) => set("grid", code)}
          options={options}
        />
      </div>
      <DataTable
        label={t("menu.households")}
        columns={columns}
        rows={rows}
        rowKey={(row) => row.id}
        error={households.error}
        retry={households.refetch}
        onOpen={(row) => void navigate(`/households/${row.id}`)}
        empty={
          search === "" && grid === null
            ? { title: t("none"), text: t("none.text") }
            : { title: t("not_found"), text: t("not_found.text") }
        }
        width={1070}
        foot={rows && t("count", { count: rows.length, number: number.format(rows.length) })}
      />
      {adding && <AddHousehold grids={options} grid={grid ?? undefined} close={() => setAdding(false)} />}
    </PageFrame>
  );
}

function Names({ names }: { names: string[] }) {
  const { t } = useTranslation("households");
  const shown = names.slice(0, NAMES_MAX).join(" ");
  if (names.length <= NAMES_MAX) return <span>{shown}</span>;
  return <span title={names.join(" ")}>{t("residents.more", { shown, count: names.length })}</span>;
}

function LastVisit({ row }: { row: Row }) {
  const { t } = useTranslation("households");
  if (row.last_visit_at == null) return <Status tone="neutral">{t("never")}</Status>;
  const outcome = row.last_outcome ?? "";
  return (
    <Status tone={outcome === "done" ? "good" : "warning"}>
      {OUTCOMES.includes(outcome) ? t(`outcome.${outcome}`) : outcome} ·{" "}
      <Time at={row.last_visit_at} style="relative" />
    </Status>
  );
}
