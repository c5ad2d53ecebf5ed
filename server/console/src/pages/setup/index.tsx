/** The first run: the first admin, and the community's name. */
import { Alert, Button, Form, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { seat } from "@/api/session";
import { NewPassword } from "@/shared/new-password";
import { LanguageSwitch } from "@/shell/top-bar";

const NAME_CHARS_MAX = 40;

interface Typed {
  setup_code: string;
  community: string;
  name: string;
  password: string;
}

/** The code of the link that the relay printed; this page is shown outside the router. */
function codeOfLink(): string {
  return new URLSearchParams(location.hash.split("?")[1] ?? "").get("code") ?? "";
}

export default function Setup() {
  const { t } = useTranslation("setup");
  const [code] = useState(codeOfLink);
  const setup = api.useMutation("post", "/v1/setup", {
    onSuccess: (session) => {
      // The code has done its work and should not stand in the address or its history.
      history.replaceState(null, "", "#/");
      seat(session);
    },
  });
  const required = { required: true, whitespace: true, message: t("field.required") };
  return (
    <main className="door">
      <section className="door-card" style={{ width: 460 }}>
        <h1>{t("title")}</h1>
        <p>{t("text")}</p>
        <Form<Typed>
          autoComplete="off"
          name="setup"
          layout="vertical"
          requiredMark={false}
          initialValues={{ setup_code: code }}
          onFinish={({ setup_code, community, name, password }) =>
            setup.mutate({ body: { setup_code, community, name, password } })
          }
        >
          <Form.Item name="setup_code" label={t("code")} extra={t("code.where")} rules={[required]}>
            <Input autoComplete="off" autoFocus={code === ""} />
          </Form.Item>
          <Form.Item name="community" label={t("community")} extra={t("community.rule")} rules={[required]}>
            <Input maxLength={NAME_CHARS_MAX} autoComplete="organization" autoFocus={code !== ""} />
          </Form.Item>
          <Form.Item name="name" label={t("name")} rules={[required]}>
            <Input maxLength={NAME_CHARS_MAX} autoComplete="username" />
          </Form.Item>
          <NewPassword />
          {setup.error && (
            <Form.Item>
              <Alert type="error" showIcon role="alert" title={setup.error.text} />
            </Form.Item>
          )}
          <Button type="primary" htmlType="submit" block size="large" loading={setup.isPending}>
            {t("ok")}
          </Button>
        </Form>
      </section>
      <LanguageSwitch />
    </main>
  );
}
