/** Every import there was: who, when, what came of it; the way to go on with it or to take it back. */
import { Button } from "antd";
import type { TableColumnsType } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import type { Schema } from "@/api/client";
import { DataTable } from "@/shared/data-table";
import { Status } from "@/shared/status";
import { Time } from "@/shared/time";
import { TONES } from "./states";
import { Undo } from "./undo";

type Import = Schema<"ImportJobBody">;

interface HistoryProps {
  imports: Import[] | undefined;
  error: unknown;
  retry: () => unknown;
}

export function History({ imports, error, retry }: HistoryProps) {
  const { t } = useTranslation("roster");
  const [, setSearch] = useSearchParams();
  const [undoing, setUndoing] = useState<Import>();
  const open = ({ id }: { id: string }) => setSearch({ import: id });
  const columns: TableColumnsType<Import> = [
    { title: t("history.file"), dataIndex: "file_name", width: 240, ellipsis: true },
    {
      title: t("history.state"),
      dataIndex: "state",
      width: 130,
      render: (state: string) => <Status tone={TONES[state] ?? "neutral"}>{t(`state.${state}`)}</Status>,
    },
    {
      title: t("history.outcome"),
      key: "outcome",
      width: 330,
      ellipsis: true,
      render: (_, { summary, state }) => {
        if (summary == null || state === "ready") return "—";
        return t("history.counts", {
          fresh: summary.households_new,
          changed: summary.households_changed,
          bad: summary.rows_bad,
        });
      },
    },
    {
      title: t("history.by"),
      dataIndex: "by",
      width: 120,
      ellipsis: true,
      render: (by: string | null) => by ?? t("history.by_program"),
    },
    { title: t("history.at"), dataIndex: "created_ms", width: 150, render: (at: number) => <Time at={at} /> },
    {
      title: t("history.do"),
      key: "do",
      width: 130,
      render: (_, row) =>
        row.state === "imported" ? (
          <Button size="small" onClick={() => setUndoing(row)}>
            {t("undo")}
          </Button>
        ) : (
          <Button size="small" onClick={() => open(row)}>
            {t(row.state === "ready" ? "history.go_on" : "history.look")}
          </Button>
        ),
    },
  ];
  return (
    <>
      <DataTable
        label={t("history")}
        columns={columns}
        rows={imports}
        rowKey={(row) => row.id}
        error={error}
        retry={retry}
        onOpen={open}
        width={1100}
        empty={{ title: t("history.none"), text: t("history.none.text") }}
      />
      {undoing && (
        <Undo
          id={undoing.id}
          fileName={undoing.file_name}
          close={() => setUndoing(undefined)}
          begun={() => open(undoing)}
        />
      )}
    </>
  );
}
