/** A ledger as a file or on paper; sensitive columns only when somebody asks for them. */
import { DownloadOutlined, PrinterOutlined } from "@ant-design/icons";
import { App, Button, Checkbox, Flex, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, type Schema } from "@/api/client";
import { download } from "@/api/files";
import { problemOf } from "@/api/problem";
import { useSession } from "@/api/session";
import { Dialog } from "@/shared/dialog";
import { printSheet, Sheet } from "@/shared/print";
import { absolute } from "@/shared/time";
import { said } from "./cells";

type Ledger = Schema<"LedgerBody">;

const FORMATS = ["xlsx", "csv", "json"] as const;

export function Files({ ledger, day }: { ledger: Ledger; day: string | undefined }) {
  const { t } = useTranslation("ledgers");
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon={<DownloadOutlined />} onClick={() => setOpen(true)}>
        {t("files")}
      </Button>
      {open && (
        <Dialog title={t("files")} close={() => setOpen(false)}>
          <Choose ledger={ledger} day={day} />
        </Dialog>
      )}
    </>
  );
}

function Choose({ ledger, day }: { ledger: Ledger; day: string | undefined }) {
  const { t, i18n } = useTranslation("ledgers");
  const { message } = App.useApp();
  const session = useSession();
  const [format, setFormat] = useState<(typeof FORMATS)[number]>("xlsx");
  const [sensitive, setSensitive] = useState(false);
  const [busy, setBusy] = useState(false);
  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    try {
      await work();
    } catch (error) {
      message.error(problemOf(error).text);
    } finally {
      setBusy(false);
    }
  };
  const save = () =>
    download(`/v1/ledgers/${ledger.id}/export`, { format, day, sensitive: String(sensitive) });
  const print = async () => {
    const { data, error } = await client.GET("/v1/ledgers/{id}/print", {
      params: { path: { id: ledger.id }, query: { day, sensitive } },
    });
    if (!data) throw error as unknown;
    const en = i18n.language === "en";
    printSheet(
      <Sheet
        title={en ? data.name_en : data.name_zh}
        facts={[
          session.community ?? "",
          t("print.at", { at: absolute(data.at_ms) }),
          t("rows", { count: data.rows.length }),
          t("print.by", { name: data.printed_by }),
          absolute(data.printed_ms),
        ]}
        head={data.columns.map((column) => (en ? column.en : column.zh))}
        lines={data.rows.map((row) => data.columns.map((column, at) => said(row.cells[at], column, t)))}
      />,
    );
  };
  return (
    <Flex vertical gap={16}>
      <p className="ledger-facts">{day === undefined ? t("files.now") : t("files.day", { day })}</p>
      <Radio.Group
        name="format"
        aria-label={t("files.format")}
        value={format}
        onChange={({ target }) => setFormat(target.value as typeof format)}
        options={FORMATS.map((value) => ({ value, label: value.toUpperCase() }))}
      />
      <Checkbox checked={sensitive} onChange={({ target }) => setSensitive(target.checked)}>
        {t("files.sensitive")}
      </Checkbox>
      <p className="ledger-facts">{t("files.text")}</p>
      <Flex gap={8} justify="flex-end">
        <Button icon={<PrinterOutlined />} loading={busy} onClick={() => void run(print)}>
          {t("print")}
        </Button>
        <Button type="primary" icon={<DownloadOutlined />} loading={busy} onClick={() => void run(save)}>
          {t("files.save")}
        </Button>
      </Flex>
    </Flex>
  );
}
