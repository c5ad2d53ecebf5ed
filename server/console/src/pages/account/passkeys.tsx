/** One's own passkeys: what there is, one more, one less. */
import { App, Alert, Button, Form, Input, Popconfirm } from "antd";
import { useTranslation } from "react-i18next";
import { useState } from "react";
import { api, refresh } from "@/api/client";
import { addPasskey, canUsePasskeys, wasCancelled } from "@/api/passkeys";
import { problemOf, type Problem } from "@/api/problem";
import { useSession } from "@/api/session";
import { Time } from "@/shared/time";

export function Passkeys() {
  const { t } = useTranslation("account");
  const { message } = App.useApp();
  const { user } = useSession();
  const [form] = Form.useForm<{ name: string }>();
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const known = api.useQuery("get", "/v1/passkeys");
  const remove = api.useMutation("delete", "/v1/passkeys/{id}", {
    onSuccess: async () => {
      await refresh("/v1/passkeys");
      message.success(t("passkeys.removed"));
    },
    onError: (error) => message.error(problemOf(error).text),
  });
  const add = async ({ name }: { name: string }) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await addPasskey(name, user.name);
      form.resetFields();
      message.success(t("passkeys.added"));
    } catch (error) {
      if (!wasCancelled(error)) setProblem(problemOf(error));
    }
    setBusy(false);
  };
  return (
    <section className="panel" aria-labelledby="passkeys-title">
      <h2 id="passkeys-title">{t("passkeys")}</h2>
      <p>{t(canUsePasskeys() ? "passkeys.text" : "passkeys.cannot")}</p>
      <ul className="plain-list">
        {known.data?.map((key) => (
          <li key={key.id}>
            {key.name} · {key.host} · <Time at={key.last_used_ms ?? key.created_ms} style="relative" />{" "}
            <Popconfirm
              title={t("passkeys.remove.sure")}
              okText={t("passkeys.remove")}
              cancelText={t("cancel")}
              onConfirm={() =>
                remove.mutateAsync({ params: { path: { id: key.id } } }).catch(() => undefined)
              }
            >
              <Button size="small" danger aria-label={t("passkeys.remove.of", { name: key.name })}>
                {t("passkeys.remove")}
              </Button>
            </Popconfirm>
          </li>
        ))}
      </ul>
      {canUsePasskeys() && (
        <Form
          autoComplete="off"
          name="add-passkey"
          form={form}
          layout="vertical"
          requiredMark={false}
          onFinish={add}
        >
          <Form.Item
            name="name"
            label={t("passkeys.name")}
            rules={[{ required: true, whitespace: true, message: t("field.required") }]}
          >
            <Input maxLength={40} placeholder={t("passkeys.name.example")} />
          </Form.Item>
          {problem && (
            <Form.Item>
              <Alert type="error" showIcon role="alert" title={problem.text} />
            </Form.Item>
          )}
          <Button htmlType="submit" loading={busy}>
            {t("passkeys.add")}
          </Button>
        </Form>
      )}
    </section>
  );
}
