/** How the columns were understood. Every correction is kept by the relay at once: nothing is lost with the page. */
import { Alert, App, Button, Checkbox, Popconfirm, Select, Table } from "antd";
import type { TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { api, refresh, type Schema } from "@/api/client";
import { problemOf } from "@/api/problem";
import { Status } from "@/shared/status";
import type { Job } from "./index";

type Sheet = Schema<"SheetBody">;
type Column = Schema<"SheetColumnBody">;

const NOTHING = "";

interface ColumnsProps {
  job: Job;
  next: () => void;
  leave: () => void;
}

export function Columns({ job, next, leave }: ColumnsProps) {
  const { t, i18n } = useTranslation("roster");
  const { message } = App.useApp();
  const correct = api.useMutation("put", "/v1/imports/{id}/columns", {
    onSuccess: () => refresh("/v1/imports/{id}", "/v1/imports"),
    onError: (problem) => message.error(problemOf(problem).text),
  });
  const remove = api.useMutation("delete", "/v1/imports/{id}", {
    onSuccess: async () => {
      leave();
      await refresh("/v1/imports");
    },
    onError: (problem) => message.error(problemOf(problem).text),
  });
  const label = (field: Schema<"RosterFieldBody">) =>
    i18n.language === "en" ? field.label_en : field.label_zh;
  const save = (more: Schema<"CorrectionBody">[], keep = job.keep_national_id) => {
    const changed = (sheet: string, index: number) =>
      more.some((one) => one.sheet === sheet && one.index === index);
    const before = job.sheets.flatMap((sheet) =>
      sheet.columns
        .filter((column) => column.corrected && !changed(sheet.name, column.index))
        .map(({ index, field }) => ({ sheet: sheet.name, index, field })),
    );
    correct.mutate({
      params: { path: { id: job.id } },
      body: { columns: [...before, ...more], keep_national_id: keep },
    });
  };
  const options = [
    { value: NOTHING, label: t("columns.ignore") },
    ...job.fields.map((field) => ({ value: field.key, label: label(field) })),
  ];
  const hasIds = job.sheets.some((sheet) => sheet.columns.some((column) => column.field === "national_id"));
  const name = (key: string) => options.find((option) => option.value === key)?.label ?? key;

  const tableOf = (sheet: Sheet): TableColumnsType<Column> => [
    { title: t("columns.column"), dataIndex: "column", width: 92 },
    { title: t("columns.header"), dataIndex: "header", width: 200, ellipsis: true },
    {
      title: t("columns.samples"),
      dataIndex: "samples",
      ellipsis: true,
      render: (samples: string[]) =>
        samples.length === 0 ? (
          <span className="roster-quiet">{t("columns.blank")}</span>
        ) : (
          samples.join(" | ")
        ),
    },
    {
      title: t("columns.meaning"),
      key: "meaning",
      width: 260,
      render: (_, column) => (
        <Select
          className="roster-meaning"
          aria-label={t("columns.meaning_of", { column: column.column, header: column.header })}
          value={column.field ?? NOTHING}
          options={options}
          showSearch={{ optionFilterProp: "label" }}
          disabled={correct.isPending}
          onChange={(field: string) =>
            save([{ sheet: sheet.name, index: column.index, field: field === NOTHING ? null : field }])
          }
        />
      ),
    },
    {
      title: t("columns.state"),
      key: "state",
      width: 150,
      render: (_, column) => {
        if (column.corrected) return <Status tone="good">{t("columns.corrected")}</Status>;
        if (column.field == null) return <Status tone="neutral">{t("columns.ignored")}</Status>;
        return <Status tone="good">{t("columns.understood")}</Status>;
      },
    },
  ];
  return (
    <>
      <div className="roster-body">
        {job.trouble != null && (
          <Alert
            showIcon
            type="warning"
            title={t("columns.trouble")}
            description={i18n.language === "en" ? job.trouble.text_en : job.trouble.text_zh}
          />
        )}
        {job.sheets.map((sheet) => (
          <section className="panel" key={sheet.name} aria-label={sheet.name}>
            <h2>
              {sheet.name}
              <small>
                {sheet.header_row == null
                  ? t("columns.no_header")
                  : t("columns.header_row", { row: sheet.header_row })}
              </small>
            </h2>
            {sheet.missing != null && job.trouble == null && (
              <Status tone="neutral">{t("columns.skipped", { field: name(sheet.missing) })}</Status>
            )}
            <Table<Column>
              size="small"
              columns={tableOf(sheet)}
              dataSource={sheet.columns}
              rowKey={(column) => String(column.index)}
              pagination={false}
              scroll={{ x: 800 }}
            />
          </section>
        ))}
        {hasIds && (
          <section className="panel">
            <Checkbox
              checked={job.keep_national_id}
              disabled={correct.isPending}
              onChange={(event) => save([], event.target.checked)}
            >
              {t("columns.keep_id")}
            </Checkbox>
            <p className="roster-quiet">{t("columns.keep_id.text")}</p>
          </section>
        )}
      </div>
      <div className="roster-foot">
        <Popconfirm
          title={t("delete.sure")}
          okText={t("delete")}
          cancelText={t("cancel")}
          onConfirm={() => remove.mutate({ params: { path: { id: job.id } } })}
        >
          <Button danger>{t("delete")}</Button>
        </Popconfirm>
        <span className="grow" />
        {job.trouble == null && (
          <span className="number">{t("columns.rows", { rows: job.rows_read, bad: job.rows_bad })}</span>
        )}
        <Button type="primary" disabled={job.trouble != null || correct.isPending} onClick={next}>
          {t("columns.next")}
        </Button>
      </div>
    </>
  );
}
