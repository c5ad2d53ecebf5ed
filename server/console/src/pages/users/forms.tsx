/** Adding an account, and changing one. */
import { Alert, Button, Form, Input, Radio } from "antd";
import { useTranslation } from "react-i18next";
import { ROLES, type Role } from "@/api/actions";
import { api, refresh } from "@/api/client";
import { Dialog } from "@/shared/dialog";
import { FormFoot } from "@/shared/form-foot";
import { NewPassword } from "@/shared/new-password";
import type { User } from ".";

const NAME_CHARS_MAX = 40;

interface FormProps {
  /** Says what was done. */
  done: (text: string) => void;
  close: () => void;
}

function RoleField() {
  const { t } = useTranslation("users");
  return (
    <Form.Item name="role" label={t("role")} rules={[{ required: true, message: t("field.required") }]}>
      <Radio.Group>
        {ROLES.map((role) => (
          <Radio key={role} value={role} style={{ display: "flex", marginBlock: 4 }}>
            {t(`role.${role}`)} <span style={{ color: "#4a5361" }}>· {t(`role.text.${role}`)}</span>
          </Radio>
        ))}
      </Radio.Group>
    </Form.Item>
  );
}

export function AddUser({ done, close }: FormProps) {
  const { t } = useTranslation("users");
  const add = api.useMutation("post", "/v1/users", {
    onSuccess: async (user) => {
      await refresh("/v1/users");
      done(t("added", { name: user.name }));
    },
  });
  return (
    <Dialog title={t("add")} close={close}>
      <Form<{ name: string; role: Role; password: string }>
        autoComplete="off"
        name="add-user"
        layout="vertical"
        requiredMark={false}
        initialValues={{ role: "office" }}
        onFinish={({ name, role, password }) => add.mutate({ body: { name, role, password } })}
      >
        <Form.Item
          name="name"
          label={t("field.name")}
          rules={[{ required: true, whitespace: true, message: t("field.required") }]}
        >
          <Input autoComplete="off" maxLength={NAME_CHARS_MAX} />
        </Form.Item>
        <RoleField />
        <NewPassword label={t("password.first")} />
        <FormFoot error={add.error} pending={add.isPending} ok={t("add")} close={close} />
      </Form>
    </Dialog>
  );
}

export function ChangeUser({ user, done, close }: FormProps & { user: User }) {
  const { t } = useTranslation("users");
  const [roleForm] = Form.useForm<{ role: Role }>();
  const change = api.useMutation("patch", "/v1/users/{id}", {
    onSuccess: async (changed) => {
      await refresh("/v1/users", "/v1/session");
      done(t("changed", { name: changed.name }));
    },
  });
  const params = { path: { id: user.id } };
  return (
    <Dialog title={t("change.of", { name: user.name })} close={close}>
      {change.error && (
        <Alert type="error" showIcon role="alert" title={change.error.text} style={{ marginBottom: 16 }} />
      )}
      <Form
        autoComplete="off"
        name="change-role"
        form={roleForm}
        layout="vertical"
        requiredMark={false}
        initialValues={{ role: user.role }}
        onFinish={({ role }) => change.mutate({ params, body: { role } })}
      >
        <RoleField />
        <Button type="primary" htmlType="submit" loading={change.isPending}>
          {t("role.save")}
        </Button>
      </Form>
      <hr style={{ border: 0, borderTop: "1px solid #e1e5eb", margin: "20px 0" }} />
      <Form<{ password: string }>
        autoComplete="off"
        name="reset-password"
        layout="vertical"
        requiredMark={false}
        onFinish={({ password }) => change.mutate({ params, body: { password } })}
      >
        <NewPassword label={t("password.reset")} />
        <Button htmlType="submit" loading={change.isPending}>
          {t("password.save")}
        </Button>
      </Form>
      <hr style={{ border: 0, borderTop: "1px solid #e1e5eb", margin: "20px 0" }} />
      <p>{user.active ? t("deactivate.text") : t("activate.text")}</p>
      <Button
        danger={user.active}
        loading={change.isPending}
        onClick={() => change.mutate({ params, body: { active: !user.active } })}
      >
        {user.active ? t("deactivate") : t("activate")}
      </Button>
    </Dialog>
  );
}
