/**
 * Forms over a household. Only what was changed is sent, with the state that was on the page when the form was
 * opened: what somebody wrote meanwhile is kept beside it.
 */
import { Alert, App, Button, Form, Input, Select, type FormInstance } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useBlocker } from "react-router";
import { api, refresh, type Schema } from "@/api/client";
import { problemOf } from "@/api/problem";
import { Dialog } from "@/shared/dialog";
import { useLabel, useShown } from "./fields";

type Field = Schema<"FieldBody">;
type Values = Record<string, string | string[] | undefined>;

interface EditFieldsProps {
  title: string;
  household: string;
  /** The newest state, to notice that it has moved on. */
  heads: string[];
  fields: Field[];
  close: () => void;
}

export function EditFields({ title, household, heads, fields: newest, close }: EditFieldsProps) {
  const { t } = useTranslation("household");
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  // The form stays as it was opened, whatever arrives below it.
  const [opened] = useState({ heads, fields: newest.filter((field) => field.editable) });
  const guard = useGuard(form, close);
  const edit = api.useMutation("patch", "/v1/households/{id}");
  const moved = heads.join() !== opened.heads.join();

  const save = (values: Values) => {
    const changes = changesOf(opened.fields, values);
    if (Object.keys(changes.puts).length + Object.keys(changes.sets).length === 0) {
      close();
      return;
    }
    edit.mutate(
      { params: { path: { id: household } }, body: { base: opened.heads, ...changes } },
      {
        onSuccess: (done) => {
          void refresh("/v1/households/{id}", "/v1/households/{id}/history", "/v1/households");
          if (done.conflicts.length > 0) void message.warning(t("saved.conflict"));
          else void message.success(t("saved"));
          close();
        },
        onError: (error) => markFields(form, error),
      },
    );
  };
  return (
    <Dialog title={title} close={guard.leave} width={560}>
      {moved && <Alert showIcon type="info" title={t("moved")} style={{ marginBottom: 16 }} />}
      <Form
        autoComplete="off"
        form={form}
        name="household-edit"
        layout="vertical"
        initialValues={valuesOf(opened.fields)}
        onValuesChange={guard.touch}
        onFinish={save}
      >
        {opened.fields.map((field) => (
          <FieldInput key={field.key} field={field} />
        ))}
        <Problem error={edit.error} />
        <Buttons pending={edit.isPending} leave={guard.leave} ok={t("save")} />
      </Form>
    </Dialog>
  );
}

function valuesOf(fields: Field[]): Values {
  return Object.fromEntries(
    fields.map((field) => [field.key, field.type === "set" ? (field.values ?? []) : field.value]),
  );
}

function changesOf(fields: Field[], values: Values) {
  const puts: Record<string, string | null> = {};
  const sets: Record<string, { add: string[]; remove: string[] }> = {};
  for (const field of fields) {
    const value = values[field.key];
    if (field.type === "set") {
      const [before, now] = [field.values ?? [], Array.isArray(value) ? value : []];
      const add = now.filter((word) => !before.includes(word));
      const remove = before.filter((word) => !now.includes(word));
      if (add.length + remove.length > 0) sets[field.key] = { add, remove };
    } else {
      const text = typeof value === "string" ? value.trim() : "";
      if (text !== field.value) puts[field.key] = text === "" ? null : text;
    }
  }
  return { puts, sets };
}

function FieldInput({ field }: { field: Field }) {
  const { t } = useTranslation("household");
  const labelOf = useLabel();
  const show = useShown();
  const disputed = (field.conflict ?? []).length > 0;
  const input = () => {
    if (field.type === "set") return <Select mode="tags" open={false} suffix={null} disabled={disputed} />;
    if (field.type === "note")
      return <Input.TextArea autoSize={{ minRows: 2, maxRows: 8 }} disabled={disputed} />;
    if (field.type === "choice") {
      const options = (field.choices ?? []).map((word) => ({ value: word, label: show(field, word) }));
      return <Select allowClear options={options} disabled={disputed} />;
    }
    return <Input disabled={disputed} inputMode={field.type === "phone" ? "tel" : undefined} />;
  };
  const hint = field.type === "set" ? t("hint.set") : field.type === "birth" ? t("hint.birth") : undefined;
  return (
    <Form.Item name={field.key} label={labelOf(field)} extra={disputed ? t("hint.disputed") : hint}>
      {input()}
    </Form.Item>
  );
}

/** What the relay says of single fields stands at those fields. */
function markFields(form: FormInstance<Values>, error: unknown) {
  const fields = (error as Partial<Schema<"ProblemBody">>).fields ?? [];
  form.setFields(fields.map(({ key, text }) => ({ name: key, errors: [text] })));
}

function Problem({ error }: { error: unknown }) {
  if (error == null) return null;
  const wrong = (error as Partial<Schema<"ProblemBody">>).fields ?? [];
  if (wrong.length > 0) return null;
  return (
    <Alert showIcon type="error" role="alert" title={problemOf(error).text} style={{ marginBottom: 16 }} />
  );
}

interface ButtonsProps {
  pending: boolean;
  ok: string;
  leave: () => void;
}

function Buttons({ pending, ok, leave }: ButtonsProps) {
  const { t } = useTranslation("household");
  return (
    <div className="form-buttons">
      <Button onClick={leave}>{t("cancel")}</Button>
      <Button type="primary" htmlType="submit" loading={pending}>
        {ok}
      </Button>
    </div>
  );
}

/** Asks before what was typed is thrown away: by closing the form, leaving the page, or closing the window. */
function useGuard(form: FormInstance<Values>, close: () => void) {
  const { t } = useTranslation("household");
  const { modal } = App.useApp();
  const [touched, setTouched] = useState(false);
  const blocker = useBlocker(touched);
  useEffect(() => {
    if (!touched) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [touched]);
  useEffect(() => {
    if (blocker.state !== "blocked") return;
    modal.confirm({
      title: t("unsaved"),
      content: t("unsaved.text"),
      okText: t("unsaved.leave"),
      cancelText: t("unsaved.stay"),
      onOk: () => blocker.proceed(),
      onCancel: () => blocker.reset(),
    });
  }, [blocker, modal, t]);
  const leave = () => {
    if (!form.isFieldsTouched()) {
      close();
      return;
    }
    modal.confirm({
      title: t("unsaved"),
      content: t("unsaved.text"),
      okText: t("unsaved.leave"),
      cancelText: t("unsaved.stay"),
      onOk: close,
    });
  };
  return { leave, touch: () => setTouched(true) };
}

export function AddResident({ household, close }: { household: string; close: () => void }) {
  const { t } = useTranslation("household");
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const guard = useGuard(form, close);
  const add = api.useMutation("post", "/v1/households/{id}/residents");
  const save = (values: Values) => {
    const text = (key: string) => {
      const value = values[key];
      return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
    };
    const body = {
      name: text("name") ?? "",
      relation: text("relation"),
      gender: text("gender"),
      birth: text("birth"),
      phone: text("phone"),
      tags: Array.isArray(values.tags) ? values.tags : [],
    };
    add.mutate(
      { params: { path: { id: household } }, body },
      {
        onSuccess: () => {
          void refresh("/v1/households/{id}", "/v1/households");
          void message.success(t("resident.added"));
          close();
        },
        onError: (error) => markFields(form, error),
      },
    );
  };
  return (
    <Dialog title={t("resident.add")} close={guard.leave} width={520}>
      <Form
        autoComplete="off"
        form={form}
        name="resident-add"
        layout="vertical"
        onValuesChange={guard.touch}
        onFinish={save}
      >
        <Form.Item
          name="name"
          label={t("resident.name")}
          rules={[{ required: true, message: t("field.required") }]}
        >
          <Input />
        </Form.Item>
        <Form.Item name="relation" label={t("resident.relation")}>
          <Input />
        </Form.Item>
        <Form.Item name="gender" label={t("resident.gender")}>
          <Select
            allowClear
            options={[
              { value: "male", label: t("choice.male") },
              { value: "female", label: t("choice.female") },
            ]}
          />
        </Form.Item>
        <Form.Item name="birth" label={t("resident.birth")} extra={t("hint.birth")}>
          <Input />
        </Form.Item>
        <Form.Item name="phone" label={t("resident.phone")}>
          <Input inputMode="tel" />
        </Form.Item>
        <Form.Item name="tags" label={t("resident.tags")} extra={t("hint.set")}>
          <Select mode="tags" open={false} suffix={null} />
        </Form.Item>
        <Problem error={add.error} />
        <Buttons pending={add.isPending} leave={guard.leave} ok={t("resident.add")} />
      </Form>
    </Dialog>
  );
}
