/** An office's list of grids, pasted or as a file: looked at first, with every bad row and why, then taken in. */
import { FileExcelOutlined } from "@ant-design/icons";
import { Alert, Button, Form, Input, Spin, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { upload } from "@/api/files";
import { problemOf } from "@/api/problem";
import { Dialog } from "@/shared/dialog";
import { Progress } from "@/shared/progress";
import { Sizes } from "./assign";
import { readAgain } from "./data";
import { Communities, useOneCommunity } from "./grid-forms";
import { useNumber } from "./size";

type Listed = Schema<"ListBody">;
type BadRow = Schema<"BadListRowBody">;

/** As the relay has it: a list of every unit of the largest community is well below. */
const BYTES_MAX = 8 * 1024 * 1024;
const PASTED = "粘贴.csv";

interface List {
  name: string;
  body: Blob;
  community: string | undefined;
}

interface ImportProps {
  close: () => void;
  done: (text: string) => void;
}

export function Import({ close, done }: ImportProps) {
  const { t } = useTranslation("grids");
  const only = useOneCommunity();
  const [form] = Form.useForm<{ text?: string; community?: string }>();
  const [file, setFile] = useState<File>();
  const [looked, setLooked] = useState<{ list: List; listed: Listed }>();
  const [sent, setSent] = useState<number>();
  const [problem, setProblem] = useState<string>();
  const send = async (list: List, dryRun: boolean) => {
    setProblem(undefined);
    setSent(0);
    try {
      return await upload<Listed>({
        path: "/v1/grids/import",
        query: {
          file_name: list.name,
          dry_run: dryRun,
          ...(list.community !== undefined && { community: list.community }),
        },
        body: list.body,
        onProgress: setSent,
      });
    } catch (error) {
      setProblem(problemOf(error).text);
      return undefined;
    } finally {
      setSent(undefined);
    }
  };
  const look = async ({ text = "", community }: { text?: string; community?: string }) => {
    const body = file ?? new Blob([text]);
    if (body.size > BYTES_MAX) {
      setProblem(t("import.too_large"));
      return;
    }
    const list = { name: file?.name ?? PASTED, body, community: community ?? only };
    const listed = await send(list, true);
    if (listed) setLooked({ list, listed });
  };
  const take = async () => {
    const listed = looked && (await send(looked.list, false));
    if (!listed) return;
    await readAgain();
    done(t("import.done", { good: listed.rows - listed.bad_rows.length, bad: listed.bad_rows.length }));
  };
  const busy = sent !== undefined;
  const size = (looked?.list.body ?? file)?.size ?? 0;
  const working = busy && (
    <div className="import-busy">
      {sent < size ? (
        <Progress label={t("import.sending")} done={sent} total={size} />
      ) : (
        <Alert type="info" role="status" showIcon icon={<Spin size="small" />} title={t("import.busy")} />
      )}
    </div>
  );
  const failed = problem !== undefined && (
    <div className="import-busy">
      <Alert type="error" showIcon role="alert" title={problem} />
    </div>
  );
  return (
    <Dialog title={t("import")} close={busy ? () => undefined : close} width={820}>
      <Form
        autoComplete="off"
        form={form}
        name="import"
        layout="vertical"
        requiredMark={false}
        hidden={looked !== undefined}
        onFinish={look}
      >
        <p>{t("import.text")}</p>
        {file === undefined ? (
          <Form.Item
            name="text"
            label={t("import.paste")}
            rules={[{ required: true, whitespace: true, message: t("import.nothing") }]}
          >
            <Input.TextArea rows={8} placeholder={t("import.example")} className="pasted" />
          </Form.Item>
        ) : (
          <Form.Item label={t("import.file")}>
            <FileExcelOutlined /> {file.name}
          </Form.Item>
        )}
        <Form.Item>
          <Upload
            accept=".csv,.txt,.xlsx,.xls"
            showUploadList={false}
            beforeUpload={(chosen: File) => {
              setFile(chosen);
              setProblem(undefined);
              return false;
            }}
          >
            <Button icon={<FileExcelOutlined />}>
              {t(file ? "import.other_file" : "import.choose_file")}
            </Button>
          </Upload>
          {file && (
            <Button type="link" onClick={() => setFile(undefined)}>
              {t("import.paste_instead")}
            </Button>
          )}
        </Form.Item>
        <Communities />
        {working}
        {failed}
        <div className="page-actions">
          <Button onClick={close} disabled={busy}>
            {t("cancel")}
          </Button>
          <Button type="primary" htmlType="submit" loading={busy}>
            {t("import.look")}
          </Button>
        </div>
      </Form>
      {looked && (
        <>
          <Outcome listed={looked.listed} />
          {working}
          {failed}
          <div className="page-actions">
            <Button onClick={() => setLooked(undefined)} disabled={busy}>
              {t("import.back")}
            </Button>
            <Button
              type="primary"
              loading={busy}
              disabled={looked.listed.rows === looked.listed.bad_rows.length}
              onClick={() => void take()}
            >
              {t("import.take", { count: looked.listed.rows - looked.listed.bad_rows.length })}
            </Button>
          </div>
        </>
      )}
    </Dialog>
  );
}

function Outcome({ listed }: { listed: Listed }) {
  const { t } = useTranslation("grids");
  const number = useNumber();
  const facts = [
    [t("import.rows"), number(listed.rows)],
    [t("import.added"), listed.added.length === 0 ? "0" : listed.added.join(t("value.comma"))],
    [t("import.renamed"), number(listed.renamed.length)],
    [t("import.aliases"), number(listed.aliases)],
    [t("import.moved"), t("n_households", { count: listed.households, n: number(listed.households) })],
  ];
  return (
    <>
      <dl className="grid-facts">
        {facts.map(([label, value]) => (
          <div key={label} className="fact">
            <dt>{label}</dt>
            <dd className="number">{value}</dd>
          </div>
        ))}
      </dl>
      {listed.households > 0 && (
        <>
          <h2 className="drawer-title">{t("sizes")}</h2>
          <div className="scrolls" tabIndex={0} role="region" aria-label={t("sizes")}>
            <Sizes rows={listed.grids} />
          </div>
        </>
      )}
      {listed.bad_rows.length > 0 && <BadRows rows={listed.bad_rows} />}
    </>
  );
}

function BadRows({ rows }: { rows: readonly BadRow[] }) {
  const { t, i18n } = useTranslation("grids");
  const sheets = new Set(rows.map(({ sheet }) => sheet)).size;
  return (
    <>
      <h2 className="drawer-title">{t("import.bad", { count: rows.length })}</h2>
      <div
        className="scrolls"
        tabIndex={0}
        role="region"
        aria-label={t("import.bad", { count: rows.length })}
      >
        <table className="sizes">
          <thead>
            <tr>
              <th scope="col">{t("import.row")}</th>
              <th scope="col">{t("import.column")}</th>
              <th scope="col">{t("import.value")}</th>
              <th scope="col">{t("import.why")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.sheet} ${String(row.row)}`}>
                <td className="number">{sheets > 1 ? `${row.sheet} ${String(row.row)}` : row.row}</td>
                <td>{row.header === "" ? row.column : `${row.column} ${row.header}`}</td>
                <td className="value">{row.value === "" ? t("value.none") : row.value}</td>
                <td>{i18n.language === "en" ? row.why_en : row.why_zh}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
