/** A password that is chosen: typed twice, with the rule beside it. */
import { Form, Input } from "antd";
import { useTranslation } from "react-i18next";

/** As the relay asks for; it looks at more than the length. */
export const PASSWORD_CHARS_MIN = 10;

export function NewPassword({ label }: { label?: string }) {
  const { t } = useTranslation();
  return (
    <>
      <Form.Item
        name="password"
        label={label ?? t("field.password")}
        extra={t("field.password.rule")}
        rules={[
          { required: true, message: t("field.required") },
          { min: PASSWORD_CHARS_MIN, message: t("field.password.rule") },
        ]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Form.Item
        name="again"
        label={t("field.password.again")}
        dependencies={["password"]}
        rules={[
          { required: true, message: t("field.required") },
          ({ getFieldValue }) => ({
            validator: (_, value) =>
              value === undefined || value === "" || value === getFieldValue("password")
                ? Promise.resolve()
                : Promise.reject(new Error(t("field.password.differ"))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
    </>
  );
}
