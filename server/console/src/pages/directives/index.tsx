/** What the office tells every worker: what is in force, what comes, what was, and what is being written. */
import { PlusOutlined } from "@ant-design/icons";
import { App, Button, Segmented, type TableColumnsType } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { isBreak, useNews } from "@/api/news";
import { problemOf } from "@/api/problem";
import { useCan } from "@/api/session";
import { DataTable } from "@/shared/data-table";
import { PageFrame } from "@/shared/page-frame";
import { Time } from "@/shared/time";
import { Editor } from "./editor";
import { refreshDirectives, StateOf, titleOf, windowOf, type Directive } from "./words";
import "./style.css";
import { View } from "./view";

const TABS = {
  current: ["current"],
  coming: ["draft", "scheduled"],
  past: ["superseded", "ended", "withdrawn"],
};
type Tab = keyof typeof TABS;
const TAB_NAMES: Tab[] = ["current", "coming", "past"];

/** News of one sync come together, and counting households is no small question. */
const GATHER_MS = 1_000;

/** Reads anew when somebody has read a directive, told a household, or issued another. */
function useLive() {
  const gathering = useRef<number>(undefined);
  useEffect(() => () => window.clearTimeout(gathering.current), []);
  useNews((news) => {
    const concerned =
      isBreak(news) ||
      news.kind === "household" ||
      (news.kind === "record" && ["directive", "receipts", "worker"].includes(news.record));
    if (!concerned) return;
    gathering.current ??= window.setTimeout(() => {
      gathering.current = undefined;
      void refreshDirectives();
    }, GATHER_MS);
  });
}

/** The versions before one, the newest first. */
function earlierOf(directive: Directive, all: Directive[]): Directive[] {
  const found: Directive[] = [];
  let before = directive.supersedes;
  while (before != null) {
    const one = all.find((it) => it.id === before);
    if (!one || found.includes(one)) break;
    found.push(one);
    before = one.supersedes;
  }
  return found;
}

export default function Directives() {
  const { t } = useTranslation("directives");
  const { message } = App.useApp();
  const can = useCan();
  const all = api.useQuery("get", "/v1/directives");
  const [tab, setTab] = useState<Tab>("current");
  const [open, setOpen] = useState<string>();
  useLive();
  const start = api.useMutation("post", "/v1/directives", {
    onSuccess: async (draft) => {
      await refreshDirectives();
      setTab("coming");
      setOpen(draft.id);
    },
    onError: (error) => message.error(problemOf(error).text),
  });
  const within = (name: Tab) => all.data?.filter((one) => TABS[name].includes(one.state));
  const chosen = all.data?.find((one) => one.id === open);
  const close = () => setOpen(undefined);
  const write = (supersedes?: string) => {
    // Somebody may have begun the next version already.
    const begun = all.data?.find(
      (one) => one.state === "draft" && supersedes !== undefined && one.supersedes === supersedes,
    );
    if (begun) setOpen(begun.id);
    else start.mutate({ body: { supersedes } });
  };

  const columns: TableColumnsType<Directive> = [
    {
      title: t("title"),
      ellipsis: true,
      render: (_, one) => titleOf(one, t),
    },
    { title: t("version"), width: 80, align: "right", render: (_, one) => one.version },
    { title: t("state"), width: 120, render: (_, one) => <StateOf directive={one} /> },
    {
      title: t("grids"),
      width: 120,
      render: (_, one) => (one.grids.length === 0 ? t("grids.all") : t("grids.n", { n: one.grids.length })),
    },
    { title: t("window"), width: 290, className: "number", render: (_, one) => windowOf(one, t) },
    {
      title: t("issued"),
      width: 150,
      render: (_, one) => <Time at={one.issued_at} />,
    },
    { title: t("issued_by"), width: 110, ellipsis: true, render: (_, one) => one.issued_by ?? "—" },
  ];
  const rows = within(tab);
  return (
    <PageFrame
      title={t("menu.directives")}
      description={t("description")}
      actions={
        can("directives") && (
          <Button type="primary" icon={<PlusOutlined />} loading={start.isPending} onClick={() => write()}>
            {t("write")}
          </Button>
        )
      }
    >
      <div className="toolbar">
        <Segmented<Tab>
          aria-label={t("menu.directives")}
          value={tab}
          onChange={setTab}
          options={TAB_NAMES.map((name) => ({
            value: name,
            label: t(`tab.${name}`, { n: within(name)?.length ?? 0 }),
          }))}
        />
      </div>
      <DataTable
        label={t("menu.directives")}
        columns={columns}
        rows={rows}
        rowKey={(one) => one.id}
        error={all.error}
        retry={all.refetch}
        onOpen={(one) => setOpen(one.id)}
        width={1000}
        empty={{ title: t(`none.${tab}`), text: t(`none.${tab}.text`) }}
      />
      {chosen?.state === "draft" && can("directives") && (
        <Editor
          key={chosen.id}
          draft={chosen}
          earlier={earlierOf(chosen, all.data ?? [])}
          close={close}
          issued={(one) => setTab(one.state === "scheduled" ? "coming" : "current")}
        />
      )}
      {chosen && chosen.state !== "draft" && (
        <View
          key={chosen.id}
          directive={chosen}
          earlier={earlierOf(chosen, all.data ?? [])}
          close={close}
          show={setOpen}
          replace={() => write(chosen.id)}
        />
      )}
    </PageFrame>
  );
}
