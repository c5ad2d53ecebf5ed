/** What people decided, newest first, each with its way back. */
import { Button, Segmented, type TableColumnsType } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type Schema } from "@/api/client";
import { useCan } from "@/api/session";
import { HouseholdLink } from "@/shared/household-link";
import { Status } from "@/shared/status";
import { Time } from "@/shared/time";
import { PAGED, PagedTable } from "./paged";
import { useUndo, type Undoable } from "./undo";
import { PAGE_ROWS, useWords, type Conflict } from "./words";

const KINDS = ["resolution", "merge", "dismissal"] as const;

export default function Done() {
  const { t } = useTranslation("merge");
  const [kind, setKind] = useState<(typeof KINDS)[number]>("resolution");
  return (
    <>
      <div className="toolbar">
        <Segmented
          aria-label={t("tab.done")}
          value={kind}
          onChange={setKind}
          options={KINDS.map((value) => ({ value, label: t(`done.list.${value}`) }))}
        />
      </div>
      {kind === "resolution" && <Resolutions />}
      {kind === "merge" && <Merges />}
      {kind === "dismissal" && <Dismissals />}
    </>
  );
}

function Back({ done, name }: { done: Undoable; name: string }) {
  const { t } = useTranslation("merge");
  const undo = useUndo();
  return (
    <Button size="small" aria-label={`${t("undo")} ${name}`} onClick={() => void undo(done)}>
      {t("undo")}
    </Button>
  );
}

function Resolutions() {
  const { t } = useTranslation("merge");
  const words = useWords();
  const can = useCan();
  const query = api.useInfiniteQuery(
    "get",
    "/v1/conflicts",
    { params: { query: { status: "resolved", limit: PAGE_ROWS } } },
    PAGED,
  );
  const name = (it: Conflict) => `${it.address ?? ""} ${words.field(it)}`;
  const columns: TableColumnsType<Conflict> = [
    {
      title: t("household"),
      width: 195,
      render: (_, it) => <HouseholdLink id={it.household} address={it.address ?? ""} />,
    },
    {
      title: t("field"),
      width: 120,
      render: (_, it) => [it.resident, words.field(it)].filter((part) => part).join(" · "),
    },
    {
      title: t("bulk.values"),
      width: 190,
      render: (_, it) => it.values.map((version) => words.value(version.value)).join(" / "),
    },
    { title: t("bulk.kept"), width: 125, render: (_, it) => <strong>{words.value(it.chosen)}</strong> },
    { title: t("why"), width: 140, dataIndex: "reason" },
    { title: t("who"), width: 90, render: (_, it) => it.ended_by?.by ?? t("office") },
    { title: t("when"), width: 145, render: (_, it) => <Time at={it.closed_at} /> },
    {
      title: t("action"),
      width: 85,
      render: (_, it) =>
        can("resolve") && <Back done={{ kind: "resolution", id: it.id, what: name(it) }} name={name(it)} />,
    },
  ];
  return (
    <PagedTable
      label={t("done.list.resolution")}
      query={query}
      columns={columns}
      empty={{ title: t("done.none") }}
      width={1095}
    />
  );
}

/** What a merge and "not a duplicate" have in common. */
interface Decided {
  id: string;
  reason: string;
  by?: string | null;
  at: string;
  undone: boolean;
}

/** Why, who, when, and the way back. */
function useDecided<Row extends Decided>(
  kind: "merge" | "dismissal",
  name: (row: Row) => string,
): TableColumnsType<Row> {
  const { t } = useTranslation("merge");
  const can = useCan();
  return [
    { title: t("why"), width: 180, render: (_, it) => it.reason },
    { title: t("who"), width: 110, render: (_, it) => it.by ?? t("office") },
    { title: t("when"), width: 150, render: (_, it) => <Time at={it.at} /> },
    {
      title: t("action"),
      width: 110,
      render: (_, it) => {
        if (it.undone) return <Status tone="neutral">{t("undone")}</Status>;
        const what = name(it);
        return can("merge") && <Back done={{ kind, id: it.id, what }} name={what} />;
      },
    },
  ];
}

function Merges() {
  const { t } = useTranslation("merge");
  const query = api.useInfiniteQuery("get", "/v1/merges", { params: { query: { limit: PAGE_ROWS } } }, PAGED);
  const home = (it: Schema<"HouseholdBody"> | null | undefined) =>
    it && <HouseholdLink id={it.id} address={it.address} />;
  const decided = useDecided<Schema<"MergeListed">>("merge", (it) => it.survivor?.address ?? it.id);
  const columns: TableColumnsType<Schema<"MergeListed">> = [
    { title: t("pair.stays"), width: 240, render: (_, it) => home(it.survivor) },
    { title: t("pair.goes"), width: 240, render: (_, it) => home(it.absorbed) },
    ...decided,
  ];
  return (
    <PagedTable
      label={t("done.list.merge")}
      query={query}
      columns={columns}
      empty={{ title: t("done.none") }}
      width={1030}
    />
  );
}

function Dismissals() {
  const { t } = useTranslation("merge");
  const query = api.useInfiniteQuery(
    "get",
    "/v1/duplicates/dismissals",
    { params: { query: { limit: PAGE_ROWS } } },
    PAGED,
  );
  const decided = useDecided<Schema<"DismissalBody">>("dismissal", (it) =>
    it.households.map((home) => home.address).join(" ↔ "),
  );
  const columns: TableColumnsType<Schema<"DismissalBody">> = [
    {
      title: t("pair.both"),
      width: 500,
      render: (_, it) =>
        it.households.map((home, index) => (
          <span key={home.id}>
            {index > 0 && " ↔ "}
            <HouseholdLink id={home.id} address={home.address} />
          </span>
        )),
    },
    ...decided,
  ];
  return (
    <PagedTable
      label={t("done.list.dismissal")}
      query={query}
      columns={columns}
      empty={{ title: t("done.none") }}
      width={1030}
    />
  );
}
