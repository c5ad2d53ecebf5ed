/** Signing in, when nothing is on the page yet. */
import { Alert, Button, Form, Input, type InputRef } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { signInWithPasskey } from "@/api/passkeys";
import { problemOf, type Problem } from "@/api/problem";
import { signIn, type Session } from "@/api/session";
import { OperatorLine } from "@/shared/operator-line";
import { PasskeyButton } from "@/shared/passkey-button";
import { LanguageSwitch } from "@/shell/top-bar";

export default function SignIn({ session }: { session: Session }) {
  const { t } = useTranslation("sign-in");
  const [form] = Form.useForm<{ name: string; password: string }>();
  const password = useRef<InputRef>(null);
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const required = { required: true, message: t("field.required") };
  return (
    <main className="door">
      <section className="door-card">
        <h1>{session.community ?? t("product")}</h1>
        <p>{t("text")}</p>
        <Form
          autoComplete="on"
          name="sign-in"
          form={form}
          layout="vertical"
          requiredMark={false}
          onFinish={async (typed) => {
            setBusy(true);
            setProblem(undefined);
            try {
              await signIn(typed.name, typed.password);
            } catch (error) {
              setProblem(problemOf(error));
              setBusy(false);
              password.current?.focus({ cursor: "all" });
            }
          }}
        >
          <Form.Item name="name" label={t("field.name")} rules={[required]}>
            <Input autoFocus autoComplete="username" size="large" />
          </Form.Item>
          <Form.Item name="password" label={t("field.password")} rules={[required]}>
            <Input.Password ref={password} autoComplete="current-password" size="large" />
          </Form.Item>
          {problem && (
            <Form.Item>
              <Alert type="error" showIcon role="alert" title={problem.text} />
            </Form.Item>
          )}
          <Button type="primary" htmlType="submit" block size="large" loading={busy}>
            {t("ok")}
          </Button>
        </Form>
        <div style={{ marginTop: 16 }}>
          <PasskeyButton prove={signInWithPasskey} size="large" />
        </div>
        <p style={{ margin: "16px 0 0" }}>{t("forgotten")}</p>
      </section>
      <LanguageSwitch />
      <OperatorLine />
    </main>
  );
}
