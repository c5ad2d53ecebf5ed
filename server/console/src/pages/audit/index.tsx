/** Who did what, and whether the record of it is as it was written. */
import { DownloadOutlined } from "@ant-design/icons";
import {
  App,
  Button,
  DatePicker,
  Descriptions,
  Drawer,
  Dropdown,
  Input,
  Select,
  type TableColumnsType,
} from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ACTIONS, OPEN_ACTIONS } from "@/api/actions";
import { api, type Schema } from "@/api/client";
import { download } from "@/api/files";
import { problemOf } from "@/api/problem";
import { useCan } from "@/api/session";
import { DataTable } from "@/shared/data-table";
import { PageFrame } from "@/shared/page-frame";
import { Status } from "@/shared/status";
import { Time } from "@/shared/time";

type Row = Schema<"AuditBody">;

/** One screen is some 15 rows; a page is read in a moment. */
const PAGE_ROWS = 200;
/** Actors that are no accounts. */
const OTHER_ACTORS = ["token", "phone", "nobody"];
const KNOWN = new Set<string>([...ACTIONS, ...OPEN_ACTIONS]);

interface Filter {
  actor?: string;
  action?: string;
  subject?: string;
  from_ms?: number;
  to_ms?: number;
}

export default function Audit() {
  const { t } = useTranslation("audit");
  const [filter, setFilter] = useState<Filter>({});
  const [open, setOpen] = useState<Row>();
  const audit = api.useInfiniteQuery(
    "get",
    "/v1/audit",
    { params: { query: { ...filter, limit: PAGE_ROWS } } },
    { pageParamName: "before", initialPageParam: null, getNextPageParam: (page) => page.next_before },
  );
  const rows = audit.data?.pages.flatMap((page) => page.items);
  const columns: TableColumnsType<Row> = [
    { title: t("id"), dataIndex: "id", width: 80, className: "number" },
    { title: t("at"), width: 160, render: (_, row) => <Time at={row.at_ms} /> },
    { title: t("actor"), width: 150, render: (_, row) => <Actor row={row} /> },
    { title: t("action"), width: 180, render: (_, row) => <ActionName word={row.action} /> },
    { title: t("subject"), dataIndex: "subject", ellipsis: true, width: 260 },
    { title: t("result"), width: 130, render: (_, row) => <Result status={row.status} /> },
  ];
  return (
    <PageFrame title={t("menu.audit")} description={t("text")} actions={<Export filter={filter} />}>
      <div className="toolbar">
        <Filters filter={filter} onChange={setFilter} />
        <div style={{ flex: 1 }} />
        <Chain />
      </div>
      <DataTable
        label={t("menu.audit")}
        columns={columns}
        rows={rows}
        rowKey={(row) => String(row.id)}
        error={audit.error}
        retry={audit.refetch}
        empty={{ title: t("none"), text: t("none.text") }}
        onOpen={setOpen}
        foot={
          rows && (
            <>
              <span>{t("shown", { count: rows.length })}</span>
              {audit.hasNextPage && (
                <Button
                  size="small"
                  loading={audit.isFetchingNextPage}
                  onClick={() => void audit.fetchNextPage()}
                >
                  {t("older")}
                </Button>
              )}
            </>
          )
        }
      />
      <Details row={open} close={() => setOpen(undefined)} />
    </PageFrame>
  );
}

function Actor({ row }: { row: Row }) {
  const { t } = useTranslation("audit");
  if (OTHER_ACTORS.includes(row.actor)) return <span>{t(`actor.${row.actor}`)}</span>;
  return <span title={row.actor}>{row.actor_name ?? row.actor}</span>;
}

function ActionName({ word }: { word: string }) {
  const { t } = useTranslation("audit");
  return <span>{KNOWN.has(word) ? t(`action.${word}`) : word}</span>;
}

function Result({ status }: { status: number }) {
  const { t } = useTranslation("audit");
  if (status < 400) return <Status tone="good">{t("result.done")}</Status>;
  if (status === 401 || status === 403) return <Status tone="warning">{t("result.refused")}</Status>;
  return <Status tone="bad">{t("result.failed", { status })}</Status>;
}

function Filters({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  const { t } = useTranslation("audit");
  const can = useCan();
  const users = api.useQuery("get", "/v1/users", undefined, { enabled: can("read_users") });
  const actors = [
    ...(users.data ?? []).map((user) => ({ value: user.id, label: user.name })),
    ...OTHER_ACTORS.map((actor) => ({ value: actor, label: t(`actor.${actor}`) })),
  ];
  const actions = [...OPEN_ACTIONS, ...ACTIONS].map((word) => ({ value: word, label: t(`action.${word}`) }));
  const set = (change: Filter) => onChange({ ...filter, ...change });
  return (
    <>
      <DatePicker.RangePicker
        aria-label={t("filter.days")}
        allowEmpty={[true, true]}
        onChange={(days: [Dayjs | null, Dayjs | null] | null) =>
          set({
            from_ms: days?.[0]?.startOf("day").valueOf(),
            to_ms: days?.[1]?.endOf("day").valueOf(),
          })
        }
      />
      <Select
        allowClear
        showSearch={{ optionFilterProp: "label" }}
        style={{ width: 150 }}
        aria-label={t("actor")}
        placeholder={t("actor")}
        options={actors}
        onChange={(actor: string | undefined) => set({ actor })}
      />
      <Select
        allowClear
        showSearch={{ optionFilterProp: "label" }}
        style={{ width: 190 }}
        aria-label={t("action")}
        placeholder={t("action")}
        options={actions}
        onChange={(action: string | undefined) => set({ action })}
      />
      <Input
        allowClear
        style={{ width: 190 }}
        aria-label={t("filter.subject")}
        placeholder={t("filter.subject")}
        onPressEnter={(event) => set({ subject: event.currentTarget.value.trim() || undefined })}
        onBlur={(event) => set({ subject: event.currentTarget.value.trim() || undefined })}
      />
    </>
  );
}

function Chain() {
  const { t } = useTranslation("audit");
  const { data } = api.useQuery("get", "/v1/audit/status");
  if (!data) return null;
  return (
    <span title={t("chain.head", { head: data.head })}>
      {data.first_bad == null ? (
        <Status tone="good">{t("chain.whole", { count: data.rows })}</Status>
      ) : (
        <Status tone="bad">{t("chain.broken", { id: data.first_bad })}</Status>
      )}
    </span>
  );
}

function Export({ filter }: { filter: Filter }) {
  const { t } = useTranslation("audit");
  const { message } = App.useApp();
  const can = useCan();
  const [busy, setBusy] = useState(false);
  if (!can("export_audit")) return null;
  const save = async (format: string) => {
    setBusy(true);
    try {
      await download("/v1/audit/export", { format, ...filter });
    } catch (error) {
      message.error(problemOf(error).text);
    } finally {
      setBusy(false);
    }
  };
  const items = ["csv", "xlsx", "json"].map((format) => ({
    key: format,
    label: format.toUpperCase(),
    onClick: () => void save(format),
  }));
  return (
    <Dropdown menu={{ items }} trigger={["click"]}>
      <Button icon={<DownloadOutlined />} loading={busy} aria-haspopup="menu">
        {t("export")}
      </Button>
    </Dropdown>
  );
}

function Details({ row, close }: { row: Row | undefined; close: () => void }) {
  const { t } = useTranslation("audit");
  return (
    <Drawer open={row !== undefined} onClose={close} title={t("details", { id: row?.id })} size={520}>
      {row && (
        <Descriptions
          column={1}
          bordered
          size="small"
          items={[
            { label: t("at"), children: <Time at={row.at_ms} /> },
            { label: t("actor"), children: <Actor row={row} /> },
            { label: t("actor.id"), children: row.actor },
            { label: t("action"), children: <ActionName word={row.action} /> },
            { label: t("subject"), children: row.subject },
            { label: t("result"), children: <Result status={row.status} /> },
            {
              label: t("detail"),
              children: <pre className="json">{JSON.stringify(row.detail, null, 2)}</pre>,
            },
          ]}
        />
      )}
    </Drawer>
  );
}
