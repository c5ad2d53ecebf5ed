/** The end of a dialog's form: what went wrong, and the two ways out. */
import { Alert, Button, Form } from "antd";
import { useTranslation } from "react-i18next";

interface FormFootProps {
  error: { text: string } | null | undefined;
  pending: boolean;
  ok: string;
  /** Another word than "cancel". */
  cancel?: string;
  close: () => void;
}

export function FormFoot({ error, pending, ok, cancel, close }: FormFootProps) {
  const { t } = useTranslation();
  return (
    <>
      {error && (
        <Form.Item>
          <Alert type="error" showIcon role="alert" title={error.text} />
        </Form.Item>
      )}
      <div className="page-actions">
        <Button onClick={close}>{cancel ?? t("cancel")}</Button>
        <Button type="primary" htmlType="submit" loading={pending}>
          {ok}
        </Button>
      </div>
    </>
  );
}
