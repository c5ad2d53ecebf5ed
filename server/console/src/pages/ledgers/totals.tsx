/** Counts without names: a table to copy into a message or to print. */
import { BarChartOutlined, CopyOutlined, PrinterOutlined } from "@ant-design/icons";
import { App, Button, Flex, Table } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type Schema } from "@/api/client";
import { useSession } from "@/api/session";
import { Dialog } from "@/shared/dialog";
import { printSheet, Sheet } from "@/shared/print";
import { Loaded } from "@/shared/states";
import { absolute } from "@/shared/time";
import { said } from "./cells";
import type { Column } from "./definition";

type Ledger = Schema<"LedgerBody">;
type Page = Schema<"LedgerRows">;

interface TotalsProps {
  ledger: Ledger;
  name: string;
  day: string | undefined;
}

export function Totals(props: TotalsProps) {
  const { t } = useTranslation("ledgers");
  const [open, setOpen] = useState(false);
  if (props.ledger.definition.groups?.length === 0 && props.day === undefined) return null;
  return (
    <>
      <Button icon={<BarChartOutlined />} onClick={() => setOpen(true)}>
        {t("totals")}
      </Button>
      {open && (
        <Dialog title={t("totals.title", { name: props.name })} close={() => setOpen(false)} width={640}>
          <Counts {...props} />
        </Dialog>
      )}
    </>
  );
}

function Counts({ ledger, name, day }: TotalsProps) {
  const now = api.useQuery(
    "get",
    "/v1/ledgers/{id}/rows",
    { params: { path: { id: ledger.id }, query: { limit: 1 } } },
    { enabled: day === undefined },
  );
  const then = api.useQuery(
    "get",
    "/v1/ledgers/{id}/snapshots/{day}",
    { params: { path: { id: ledger.id, day: day ?? "" }, query: { limit: 1 } } },
    { enabled: day !== undefined },
  );
  return (
    <Loaded query={day === undefined ? now : then}>{(page) => <Counted page={page} name={name} />}</Loaded>
  );
}

function Counted({ page, name }: { page: Page; name: string }) {
  const { t, i18n } = useTranslation("ledgers");
  const { message } = App.useApp();
  const session = useSession();
  const label = (column: Column) => (i18n.language === "en" ? column.en : column.zh);
  const head = [...page.grouped.map(label), t("totals.count")];
  const lines = page.groups.map(({ values, count }) => [
    ...page.grouped.map((column, at) => said(values[at], column, t) || t("totals.empty")),
    String(count),
  ]);
  const total = t("totals.all", { count: page.total });
  const copy = async () => {
    const text = [head, ...lines].map((cells) => cells.join("\t")).join("\n");
    try {
      await navigator.clipboard.writeText(`${name} ${absolute(page.at_ms)}\n${text}\n${total}`);
      message.success(t("copied"));
    } catch {
      message.error(t("copied.not"));
    }
  };
  const print = () =>
    printSheet(
      <Sheet
        title={t("totals.title", { name })}
        facts={[
          session.community ?? "",
          t("print.at", { at: absolute(page.at_ms) }),
          total,
          t("print.by", { name: session.user.name }),
        ]}
        head={head}
        lines={lines}
      />,
    );
  return (
    <Flex vertical gap={12}>
      <p className="ledger-facts">
        {t("totals.text")} {total}
      </p>
      <Table
        size="small"
        rowKey={(line) => line.join("\t")}
        dataSource={lines}
        pagination={false}
        scroll={{ y: 360 }}
        columns={head.map((title, at) => ({
          key: title,
          title,
          align: at === head.length - 1 ? ("right" as const) : undefined,
          className: at === head.length - 1 ? "number" : undefined,
          render: (_: unknown, line: string[]) => line[at],
        }))}
      />
      {page.groups_more && <p>{t("totals.more")}</p>}
      <Flex gap={8} justify="flex-end">
        <Button icon={<CopyOutlined />} onClick={() => void copy()}>
          {t("totals.copy")}
        </Button>
        <Button type="primary" icon={<PrinterOutlined />} onClick={print}>
          {t("print")}
        </Button>
      </Flex>
    </Flex>
  );
}
