/** Another name for a grid or a worker. */
import { Button, Form, Input } from "antd";
import { useTranslation } from "react-i18next";

interface Props {
  /** Tells the forms of a page apart. */
  form: string;
  label: string;
  name: string;
  /** Characters at most. */
  longest: number;
  problem: string | undefined;
  busy: boolean;
  save: (name: string) => void;
}

export function NameForm({ form, label, name, longest, problem, busy, save }: Props) {
  const { t } = useTranslation("grids");
  return (
    <Form<{ name: string }>
      autoComplete="off"
      name={form}
      layout="vertical"
      initialValues={{ name }}
      onFinish={({ name }) => save(name)}
    >
      <Form.Item
        label={label}
        htmlFor={`${form}_name`}
        help={problem}
        validateStatus={problem === undefined ? undefined : "error"}
      >
        <div className="beside-button">
          <Form.Item name="name" noStyle>
            <Input maxLength={longest} />
          </Form.Item>
          <Button htmlType="submit" loading={busy}>
            {t("rename")}
          </Button>
        </div>
      </Form.Item>
    </Form>
  );
}
