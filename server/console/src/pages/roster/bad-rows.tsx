/** Rows that are not imported: where, what stands there, why. */
import { DownloadOutlined } from "@ant-design/icons";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { download } from "@/api/files";
import { problemOf } from "@/api/problem";
import { DataTable } from "@/shared/data-table";

export function BadRows({ id }: { id: string }) {
  const { t, i18n } = useTranslation("roster");
  const bad = api.useQuery("get", "/v1/imports/{id}/bad-rows", { params: { path: { id } } });
  const rows = bad.data?.rows.flatMap((row) =>
    row.problems.map((problem, at) => ({ ...problem, sheet: row.sheet, row: row.row, at })),
  );
  const more = (bad.data?.total ?? 0) - (bad.data?.rows.length ?? 0);
  return (
    <div className="roster-bad">
      <h2 className="roster-heading">{t("bad")}</h2>
      <DataTable
        label={t("bad")}
        rows={rows}
        rowKey={(row) => `${row.sheet}/${String(row.row)}/${String(row.at)}`}
        error={bad.error}
        retry={bad.refetch}
        columns={[
          { title: t("bad.sheet"), dataIndex: "sheet", width: 140, ellipsis: true },
          { title: t("bad.row"), dataIndex: "row", width: 72, className: "number" },
          { title: t("bad.column"), dataIndex: "column", width: 92 },
          { title: t("bad.header"), dataIndex: "header", width: 130, ellipsis: true },
          {
            title: t("bad.value"),
            dataIndex: "value",
            width: 220,
            ellipsis: true,
            render: (value: string) =>
              value === "" ? <span className="roster-quiet">{t("columns.blank")}</span> : value,
          },
          {
            title: t("bad.why"),
            key: "why",
            width: 380,
            render: (_, row) => (i18n.language === "en" ? row.why_en : row.why_zh),
          },
        ]}
        width={1014}
        foot={more > 0 ? t("bad.more", { n: more }) : undefined}
      />
    </div>
  );
}

export function RejectsButton({ id }: { id: string }) {
  const { t } = useTranslation("roster");
  const { message } = App.useApp();
  const fetchFile = () =>
    download(`/v1/imports/${id}/rejects`).catch((problem: unknown) => message.error(problemOf(problem).text));
  return (
    <Button icon={<DownloadOutlined />} onClick={() => void fetchFile()}>
      {t("bad.download")}
    </Button>
  );
}
