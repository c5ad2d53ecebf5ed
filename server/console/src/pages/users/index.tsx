/** The office's accounts: who may sign in, and as what. */
import { PlusOutlined } from "@ant-design/icons";
import { App, Button, type TableColumnsType } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ROLES } from "@/api/actions";
import { api, type Schema } from "@/api/client";
import { useCan, useSession } from "@/api/session";
import { choice, DataTable } from "@/shared/data-table";
import { PageFrame } from "@/shared/page-frame";
import { Status } from "@/shared/status";
import { Time } from "@/shared/time";
import { AddUser, ChangeUser } from "./forms";

export type User = Schema<"UserBody">;

export default function Users() {
  const { t } = useTranslation("users");
  const { user: me } = useSession();
  const { message } = App.useApp();
  const can = useCan();
  const users = api.useQuery("get", "/v1/users");
  const [open, setOpen] = useState<"add" | User>();

  const columns: TableColumnsType<User> = [
    {
      title: t("field.name"),
      width: 200,
      sorter: (a, b) => a.name.localeCompare(b.name, "zh"),
      render: (_, user) => (user.id === me.id ? t("me", { name: user.name }) : user.name),
    },
    {
      title: t("role"),
      width: 140,
      render: (_, user) => t(`role.${user.role}`),
      filters: ROLES.map((role) => ({ text: t(`role.${role}`), value: role })),
      onFilter: (role, user) => user.role === role,
    },
    {
      title: t("state"),
      width: 120,
      ...choice(users.data, (user) => (user.active ? t("active") : t("inactive"))),
      render: (_, user) =>
        user.active ? (
          <Status tone="good">{t("active")}</Status>
        ) : (
          <Status tone="neutral">{t("inactive")}</Status>
        ),
    },
    { title: t("created"), width: 160, render: (_, user) => <Time at={user.created_ms} /> },
    {
      title: t("last"),
      width: 160,
      render: (_, user) => <Time at={user.last_sign_in_ms} style="relative" none={t("last.never")} />,
    },
  ];
  if (can("users")) {
    columns.push({
      title: t("change"),
      width: 100,
      render: (_, user) => (
        <Button size="small" onClick={() => setOpen(user)} aria-label={t("change.of", { name: user.name })}>
          {t("change")}
        </Button>
      ),
    });
  }

  const done = (text: string) => {
    setOpen(undefined);
    message.success(text);
  };
  return (
    <PageFrame
      title={t("menu.users")}
      description={t("text")}
      actions={
        can("users") && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setOpen("add")}>
            {t("add")}
          </Button>
        )
      }
    >
      <DataTable
        label={t("menu.users")}
        columns={columns}
        rows={users.data}
        rowKey={(user) => user.id}
        error={users.error}
        retry={users.refetch}
        width={880}
      />
      {open === "add" && <AddUser done={done} close={() => setOpen(undefined)} />}
      {open !== undefined && open !== "add" && (
        <ChangeUser user={open} done={done} close={() => setOpen(undefined)} />
      )}
    </PageFrame>
  );
}
