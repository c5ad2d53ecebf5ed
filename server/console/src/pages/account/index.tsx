/** One's own account: where one is signed in, and the password. */
import { App, Alert, Button, Form, Input, Popconfirm, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { api, refresh, type Schema } from "@/api/client";
import { seat, useCan, useSession } from "@/api/session";
import { problemOf } from "@/api/problem";
import { DataTable } from "@/shared/data-table";
import { NewPassword } from "@/shared/new-password";
import { PageFrame } from "@/shared/page-frame";
import { Status } from "@/shared/status";
import { Time } from "@/shared/time";
import { browserOf } from "./browser";
import { Passkeys } from "./passkeys";

type Row = Schema<"SessionRow">;

export default function Account() {
  const { t } = useTranslation("account");
  const { user } = useSession();
  const can = useCan();
  return (
    <PageFrame
      title={t("menu.account")}
      description={t("who", { name: user.name, role: t(`role.${user.role}`) })}
    >
      <div className="beside">
        <Sessions />
        <div>
          {can("change_password") && <Password />}
          {can("passkeys") && <Passkeys />}
        </div>
      </div>
    </PageFrame>
  );
}

function Sessions() {
  const { t } = useTranslation("account");
  const { message } = App.useApp();
  const { user } = useSession();
  const sessions = api.useQuery("get", "/v1/sessions");
  const end = api.useMutation("delete", "/v1/sessions/{id}", {
    onSuccess: async () => {
      await refresh("/v1/sessions");
      message.success(t("sessions.ended"));
    },
    onError: (error) => message.error(problemOf(error).text),
  });
  const columns: TableColumnsType<Row> = [
    { title: t("sessions.user"), dataIndex: ["user", "name"], width: 120 },
    {
      title: t("sessions.browser"),
      width: 150,
      render: (_, row) => <span title={row.agent}>{browserOf(row.agent) ?? t("sessions.unknown")}</span>,
    },
    { title: t("sessions.since"), width: 140, render: (_, row) => <Time at={row.created_ms} /> },
    {
      title: t("sessions.seen"),
      width: 110,
      render: (_, row) => <Time at={row.last_seen_ms} style="relative" />,
    },
    {
      title: t("sessions.end"),
      width: 130,
      render: (_, row) =>
        row.current ? (
          <Status tone="good">{t("sessions.current")}</Status>
        ) : (
          <Popconfirm
            title={t("sessions.end.sure")}
            okText={t("sessions.end")}
            cancelText={t("cancel")}
            onConfirm={() => end.mutateAsync({ params: { path: { id: row.id } } }).catch(() => undefined)}
          >
            <Button size="small" danger>
              {t("sessions.end")}
            </Button>
          </Popconfirm>
        ),
    },
  ];
  const own = user.role === "admin" ? t("sessions.all") : t("sessions.own");
  return (
    <section className="fill" aria-labelledby="sessions">
      <h2 className="panel-title" id="sessions">
        {own}
      </h2>
      <DataTable
        label={own}
        columns={columns}
        rows={sessions.data}
        rowKey={(row) => row.id}
        error={sessions.error}
        retry={sessions.refetch}
        width={650}
      />
    </section>
  );
}

function Password() {
  const { t } = useTranslation("account");
  const { message } = App.useApp();
  const [form] = Form.useForm<{ old: string; password: string }>();
  const change = api.useMutation("post", "/v1/session/password", {
    onSuccess: async (session) => {
      seat(session);
      form.resetFields();
      await refresh("/v1/sessions");
      message.success(t("password.changed"));
    },
  });
  return (
    <section className="panel" aria-labelledby="password-title">
      <h2 id="password-title">{t("password")}</h2>
      <Form
        autoComplete="on"
        name="change-password"
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={(typed) => change.mutate({ body: { old: typed.old, new: typed.password } })}
      >
        <Form.Item
          name="old"
          label={t("password.old")}
          rules={[{ required: true, message: t("field.required") }]}
        >
          <Input.Password autoComplete="current-password" />
        </Form.Item>
        <NewPassword label={t("password.new")} />
        {change.error && (
          <Form.Item>
            <Alert type="error" showIcon role="alert" title={change.error.text} />
          </Form.Item>
        )}
        <Button type="primary" htmlType="submit" loading={change.isPending}>
          {t("password.ok")}
        </Button>
      </Form>
    </section>
  );
}
