/** What was destroyed, newest first: ids and counts, nobody's name. */
import type { TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { api, type Schema } from "@/api/client";
import { choice, DataTable } from "@/shared/data-table";
import { Status } from "@/shared/status";
import { Time } from "@/shared/time";

type Erasure = Schema<"ErasureBody">;

export function Erasures({ onOpen }: { onOpen: (erasure: string) => void }) {
  const { t } = useTranslation("forgetting");
  const erasures = api.useQuery("get", "/v1/erasures");
  const columns: TableColumnsType<Erasure> = [
    { title: t("receipt.at"), key: "at", width: 160, render: (_, one) => <Time at={one.at} /> },
    {
      title: t("receipt.what"),
      key: "kind",
      width: 140,
      render: (_, { kind }) => t(`what.${kind}`),
      ...choice(
        erasures.data,
        (one) => one.kind,
        (kind) => t(`what.${kind}`),
      ),
    },
    {
      title: t("reason"),
      key: "reason",
      width: 190,
      render: (_, { reason }) => t(`reason.${reason}`),
    },
    { title: t("state"), key: "state", width: 250, render: (_, one) => <State of={one} /> },
    {
      title: t("receipt.subject"),
      key: "subject",
      render: (_, one) => <small className="forgetting-id">{one.kind === "due" ? "—" : one.subject}</small>,
    },
  ];
  return (
    <DataTable
      label={t("view.erasures")}
      columns={columns}
      rows={erasures.data}
      rowKey={(one) => one.id}
      error={erasures.error}
      retry={erasures.refetch}
      onOpen={(one) => onOpen(one.id)}
      empty={{ title: t("erasures.none"), text: t("erasures.none.text") }}
      width={1000}
    />
  );
}

/** Gone here, and from how many phones not yet. A phone without a connection is nobody's fault. */
function State({ of }: { of: Erasure }) {
  const { t } = useTranslation("forgetting");
  if (of.finished_at == null) return <Status tone="waiting">{t("state.not_finished")}</Status>;
  if (of.phones_outstanding > 0)
    return <Status tone="waiting">{t("state.phones_n", { count: of.phones_outstanding })}</Status>;
  return <Status tone="good">{t("state.over")}</Status>;
}
