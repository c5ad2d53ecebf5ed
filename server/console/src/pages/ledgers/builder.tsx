/** Makes or changes a ledger; what it would say stands beside the form while one works on it. */
import { PlusOutlined } from "@ant-design/icons";
import { Button, Checkbox, Drawer, Flex, Form, Input, Radio, Select, Switch, Table } from "antd";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, refresh, type Schema } from "@/api/client";
import { problemOf } from "@/api/problem";
import { Loading } from "@/shared/states";
import { Status } from "@/shared/status";
import { tableColumns, widthOf } from "./cells";
import { ConditionForm } from "./condition";
import {
  BASES,
  FIRST_COLUMNS,
  finished,
  type Base,
  type Condition,
  type Definition,
  type Draft,
  type Field,
} from "./definition";

/** As long as somebody pauses between two clicks. */
const PAUSE_MS = 350;

interface BuilderProps {
  draft: Draft;
  close: () => void;
  kept: (id: string) => void;
}

export default function Builder({ draft, close, kept }: BuilderProps) {
  const { t } = useTranslation("ledgers");
  const [name, setName] = useState(draft.name ?? "");
  const [shared, setShared] = useState(draft.shared ?? true);
  const [daily, setDaily] = useState(draft.daily ?? false);
  const [definition, setDefinition] = useState<Definition>(draft.definition ?? begin("household"));
  const sent = useMemo(() => ({ ...definition, filters: finished(definition.filters ?? []) }), [definition]);
  const done = async (ledger: Schema<"LedgerBody">) => {
    await refresh("/v1/ledgers", "/v1/ledgers/{id}/rows", "/v1/ledgers/{id}/snapshots");
    kept(ledger.id);
  };
  const add = api.useMutation("post", "/v1/ledgers", { onSuccess: done });
  const change = api.useMutation("patch", "/v1/ledgers/{id}", { onSuccess: done });
  const error = add.error ?? change.error;
  const keep = () => {
    const body = { name, shared, daily, definition: sent };
    if (draft.id === undefined) add.mutate({ body });
    else change.mutate({ params: { path: { id: draft.id } }, body });
  };
  return (
    <Drawer
      open
      onClose={close}
      size={1180}
      keyboard={false}
      mask={{ closable: false }}
      title={t(draft.id === undefined ? "new" : "change.title")}
      footer={
        <Flex justify="flex-end" align="center" gap={12}>
          {error && <Status tone="bad">{problemOf(error).text}</Status>}
          <Button onClick={close}>{t("cancel")}</Button>
          <Button
            type="primary"
            disabled={name.trim() === "" || sent.columns.length === 0}
            loading={add.isPending || change.isPending}
            onClick={keep}
          >
            {t("keep")}
          </Button>
        </Flex>
      }
    >
      <div className="builder">
        <Form autoComplete="off" name="ledger" layout="vertical">
          <Form.Item label={t("name")} required htmlFor="ledger-title">
            <Input
              id="ledger-title"
              maxLength={40}
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
          </Form.Item>
          <Form.Item label={t("base")}>
            <Radio.Group
              name="base"
              aria-label={t("base")}
              optionType="button"
              value={definition.base}
              onChange={({ target }) => setDefinition(begin(target.value as Base))}
              options={BASES.map((value) => ({ value, label: t(`base.${value}`) }))}
            />
          </Form.Item>
          <Shown key={definition.base} definition={definition} onChange={setDefinition} />
          <Flex vertical gap={12}>
            <Checkbox checked={shared} onChange={({ target }) => setShared(target.checked)}>
              {t("shared.label")}
            </Checkbox>
            <Checkbox checked={daily} onChange={({ target }) => setDaily(target.checked)}>
              {t("daily.label")}
            </Checkbox>
            {daily && <p className="ledger-facts">{t("daily.text")}</p>}
          </Flex>
        </Form>
        <Preview definition={sent} />
      </div>
    </Drawer>
  );
}

function begin(base: Base): Definition {
  return { base, columns: FIRST_COLUMNS[base], filters: [], groups: [], sort: [] };
}

interface ShownProps {
  definition: Definition;
  onChange: (definition: Definition) => void;
}

/** Columns, conditions, counts and order. */
function Shown({ definition, onChange }: ShownProps) {
  const { t, i18n } = useTranslation("ledgers");
  const fields = api.useQuery("get", "/v1/ledgers/fields", {
    params: { query: { base: definition.base } },
  });
  if (!fields.data) return <Loading />;
  const all = fields.data;
  const label = (field: Field) => (i18n.language === "en" ? field.en : field.zh);
  const option = (field: Field) => ({
    value: field.key,
    label: field.sensitive ? t("sensitive.option", { name: label(field) }) : label(field),
  });
  const set = (change: Partial<Definition>) => onChange({ ...definition, ...change });
  const conditions = definition.filters ?? [];
  const put = (at: number, condition: Condition | undefined) =>
    set({ filters: conditions.flatMap((old, place) => (place === at ? (condition ?? []) : old)) });
  const purposes = all.filter((field) => definition.columns.includes(field.key) && field.purpose_zh != null);
  const [sort] = definition.sort ?? [];
  return (
    <>
      <Form.Item label={t("columns")} required extra={t("columns.text")}>
        <Select
          mode="multiple"
          aria-label={t("columns")}
          value={definition.columns}
          options={all.map(option)}
          showSearch={{ optionFilterProp: "label" }}
          onChange={(columns: string[]) => set({ columns })}
        />
      </Form.Item>
      {purposes.length > 0 && (
        <ul className="ledger-facts">
          {purposes.map((field) => (
            <li key={field.key}>
              {t("purpose", {
                name: label(field),
                purpose: i18n.language === "en" ? field.purpose_en : field.purpose_zh,
              })}
            </li>
          ))}
        </ul>
      )}
      <Form.Item label={t("conditions")} extra={conditions.length > 1 ? t("conditions.text") : undefined}>
        {conditions.map((condition, at) => (
          <ConditionForm
            key={at}
            number={at + 1}
            condition={condition}
            fields={all}
            onChange={(changed) => put(at, changed)}
            remove={() => put(at, undefined)}
          />
        ))}
        <Button
          icon={<PlusOutlined />}
          onClick={() =>
            set({ filters: [...conditions, { fields: [], op: "is", values: [], or_empty: false }] })
          }
        >
          {t("conditions.add")}
        </Button>
      </Form.Item>
      <Form.Item label={t("groups")} extra={t("groups.text")}>
        <Select
          mode="multiple"
          aria-label={t("groups")}
          maxCount={2}
          value={definition.groups ?? []}
          options={all.filter((field) => field.counted).map(option)}
          showSearch={{ optionFilterProp: "label" }}
          onChange={(groups: string[]) => set({ groups })}
        />
      </Form.Item>
      <Form.Item label={t("sort")}>
        <Flex gap={12} align="center">
          <Select
            allowClear
            aria-label={t("sort")}
            placeholder={t("sort.doors")}
            value={sort?.field}
            options={all.filter((field) => field.kind !== "person").map(option)}
            showSearch={{ optionFilterProp: "label" }}
            onChange={(field: string | undefined) =>
              set({ sort: field === undefined ? [] : [{ field, descending: sort?.descending ?? false }] })
            }
          />
          <Switch
            aria-label={t("sort.down")}
            disabled={!sort}
            checked={sort?.descending ?? false}
            checkedChildren={t("sort.down")}
            unCheckedChildren={t("sort.up")}
            onChange={(descending) => sort && set({ sort: [{ ...sort, descending }] })}
          />
        </Flex>
      </Form.Item>
    </>
  );
}

/** The first rows, a moment after the last change. */
function Preview({ definition }: { definition: Definition }) {
  const { t } = useTranslation("ledgers");
  const [settled, setSettled] = useState(definition);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(definition), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [definition]);
  const preview = api.useQuery(
    "post",
    "/v1/ledgers/preview",
    { body: { definition: settled } },
    { enabled: settled.columns.length > 0, placeholderData: (before) => before },
  );
  const page = preview.data;
  return (
    <section className="builder-preview" aria-labelledby="preview">
      <h2 className="panel-title" id="preview">
        {t("preview")}
      </h2>
      {preview.error && <Status tone="bad">{problemOf(preview.error).text}</Status>}
      {page && (
        <>
          <p className="ledger-facts" role="status">
            {t("preview.count", { count: page.total })}
            {page.groups.length > 0 && ` · ${t("preview.groups", { count: page.groups.length })}`}
          </p>
          <Table
            size="small"
            rowKey={(row) => row.id}
            dataSource={page.rows.slice(0, 12)}
            columns={tableColumns(page.columns, t)}
            pagination={false}
            scroll={{ x: page.columns.reduce((sum, column) => sum + widthOf(column), 0) }}
          />
        </>
      )}
    </section>
  );
}
