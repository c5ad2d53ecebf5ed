/** A household that no roster has: its address, the grid around it unless another is chosen, how to reach it. */
import { Alert, App, Button, Form, Input, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { api, refresh, type Schema } from "@/api/client";
import { Dialog } from "@/shared/dialog";
import { FormFoot } from "@/shared/form-foot";

interface Fields {
  address: string;
  grid?: string;
  contact_phone?: string;
  note?: string;
  tags?: string[];
}

interface AddHouseholdProps {
  grids: { value: string; label: string }[] | undefined;
  /** The grid that the list is narrowed to. */
  grid: string | undefined;
  close: () => void;
}

export function AddHousehold({ grids, grid, close }: AddHouseholdProps) {
  const { t } = useTranslation("households");
  const { message } = App.useApp();
  const navigate = useNavigate();
  const [form] = Form.useForm<Fields>();
  const [alike, setAlike] = useState<Schema<"AddedBody">>();
  const add = api.useMutation("post", "/v1/households", {
    onSuccess: async (added) => {
      await refresh("/v1/households", "/v1/grids", "/v1/places");
      void message.success(t("added"));
      if (added.duplicates.length > 0) setAlike(added);
      else void navigate(`/households/${added.id}`);
    },
    onError: ({ fields }) =>
      form.setFields((fields ?? []).map(({ key, text }) => ({ name: key as keyof Fields, errors: [text] }))),
  });
  // What is said at a field is not said again below.
  const whole = (add.error?.fields ?? []).length === 0 ? add.error : null;
  if (alike) return <Alike added={alike} close={close} />;
  return (
    <Dialog title={t("add")} close={close}>
      <Form
        autoComplete="off"
        form={form}
        name="add-household"
        layout="vertical"
        requiredMark={false}
        initialValues={{ grid }}
        onFinish={(body) => add.mutate({ body })}
      >
        <Form.Item
          name="address"
          label={t("address")}
          rules={[{ required: true, whitespace: true, message: t("field.required") }]}
          extra={t("add.address")}
        >
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item name="grid" label={t("grid")}>
          <Select
            allowClear
            showSearch={{ optionFilterProp: "label" }}
            options={grids}
            placeholder={t("add.grid")}
          />
        </Form.Item>
        <Form.Item name="contact_phone" label={t("phone")}>
          <Input autoComplete="off" inputMode="tel" />
        </Form.Item>
        <Form.Item name="tags" label={t("tags")}>
          <Select mode="tags" open={false} suffix={null} />
        </Form.Item>
        <Form.Item name="note" label={t("add.note")}>
          <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} />
        </Form.Item>
        <FormFoot error={whole} pending={add.isPending} ok={t("add")} close={close} />
      </Form>
    </Dialog>
  );
}

/** It is there now; whether it is one that was there before, a person must see. */
function Alike({ added, close }: { added: Schema<"AddedBody">; close: () => void }) {
  const { t } = useTranslation("households");
  return (
    <Dialog title={t("alike")} close={close}>
      <Alert type="warning" showIcon title={t("alike.text", { count: added.duplicates.length })} />
      <ul>
        {added.duplicates.map((id, at) => (
          <li key={id}>
            <Link to={`/households/${id}`}>{t("alike.known", { n: at + 1 })}</Link>
          </li>
        ))}
        <li>
          <Link to={`/households/${added.id}`}>{t("alike.new")}</Link>
        </li>
      </ul>
      <div className="page-actions">
        <Button onClick={close}>{t("alike.later")}</Button>
      </div>
    </Dialog>
  );
}
