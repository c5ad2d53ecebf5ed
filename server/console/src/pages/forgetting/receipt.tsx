/** A receipt: ids and counts, signed by the office, to show, print or keep as a file. */
import { DownloadOutlined, PrinterOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { api, type Schema } from "@/api/client";
import { keep } from "@/api/files";
import { useSession } from "@/api/session";
import { printSheet, Sheet } from "@/shared/print";
import { Loaded } from "@/shared/states";
import { Status } from "@/shared/status";
import { absolute } from "@/shared/time";
import { useKind } from "./counts";
import "./forgetting.css";

type Detail = Schema<"ErasureDetail">;

/** What is signed, as the relay draws it up. */
interface Said {
  /** What is taken no more: also what nobody had recorded yet and a phone that is away might bring. */
  documents: Record<string, number>;
  payloads_dropped: number;
  payloads_refused_later: number;
  phones_let_go: number;
  /** Ids of phones. */
  phones_outstanding: string[];
}

/** Read again while phones are on their way: each one that lets go changes the receipt. */
const AGAIN_MS = 10_000;

interface ReceiptProps {
  id: string;
  close: () => void;
}

export function ReceiptOf({ id, close }: ReceiptProps) {
  const { t } = useTranslation("forgetting");
  const found = api.useQuery(
    "get",
    "/v1/erasures/{id}",
    { params: { path: { id } } },
    { refetchInterval: ({ state }) => (state.data && isOver(state.data) ? false : AGAIN_MS) },
  );
  return (
    <Loaded query={found} rows={4}>
      {(receipt) => (
        <>
          <Facts receipt={receipt} />
          <Outstanding ids={saidIn(receipt).phones_outstanding} />
          <details className="forgetting-signed">
            <summary>{t("receipt.signed")}</summary>
            <p className="forgetting-say">{t("receipt.signed.text")}</p>
            <pre className="json">{receipt.receipt}</pre>
            <pre className="json">{t("receipt.signature", { text: receipt.signature })}</pre>
            <pre className="json">{t("receipt.key", { text: receipt.key })}</pre>
          </details>
          <Ways receipt={receipt} close={close} />
        </>
      )}
    </Loaded>
  );
}

function isOver(receipt: Detail): boolean {
  return receipt.finished_at != null && receipt.phones_outstanding === 0;
}

function saidIn(receipt: Detail): Said {
  return JSON.parse(receipt.receipt) as Said;
}

/** The receipt in words, the same on the page and on paper. */
function useLines(): (receipt: Detail) => [label: string, value: string][] {
  const { t } = useTranslation("forgetting");
  const kind = useKind();
  return (receipt) => {
    const said = saidIn(receipt);
    const went = Object.entries(said.documents).map(([name, count]) => `${kind(name)} ${count}`);
    return [
      [t("receipt.what"), t(`what.${receipt.kind}`)],
      ...(receipt.kind === "due" ? [] : [[t("receipt.subject"), receipt.subject] as [string, string]]),
      [t("reason"), t(`reason.${receipt.reason}`)],
      [t("receipt.at"), absolute(receipt.at)],
      [
        t("receipt.finished"),
        receipt.finished_at == null ? t("state.not_finished") : absolute(receipt.finished_at),
      ],
      [t("receipt.dropped"), String(said.payloads_dropped)],
      [t("receipt.documents"), went.join(t("value.comma")) || t("receipt.none")],
      [t("receipt.let_go"), String(said.phones_let_go)],
      [t("receipt.outstanding"), String(said.phones_outstanding.length)],
      [t("receipt.late"), String(said.payloads_refused_later)],
      [t("receipt.number"), receipt.id],
    ];
  };
}

function Facts({ receipt }: { receipt: Detail }) {
  const { t } = useTranslation("forgetting");
  const lines = useLines();
  return (
    <>
      <Status tone={isOver(receipt) ? "good" : "waiting"}>
        {t(
          isOver(receipt)
            ? "state.over"
            : receipt.finished_at == null
              ? "state.not_finished"
              : "state.phones",
        )}
      </Status>
      <dl className="forgetting-facts" aria-label={t("receipt")}>
        {lines(receipt).map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** Which phones, and whose, so that somebody can ask for them; the receipt itself has their ids only. */
function Outstanding({ ids }: { ids: string[] }) {
  const { t } = useTranslation("forgetting");
  const phones = api.useQuery("get", "/v1/devices", undefined, { enabled: ids.length > 0 });
  if (ids.length === 0) return null;
  return (
    <>
      <h3 className="forgetting-part">{t("outstanding")}</h3>
      <ul className="plain-list" aria-label={t("outstanding")}>
        {ids.map((id) => {
          const phone = phones.data?.find((one) => one.id === id);
          return (
            <li key={id}>
              {phone ? [phone.name, phone.label].filter((part) => part !== "").join(" · ") : ""}{" "}
              <small className="forgetting-id">{id}</small>
            </li>
          );
        })}
      </ul>
    </>
  );
}

function Ways({ receipt, close }: { receipt: Detail; close: () => void }) {
  const { t } = useTranslation("forgetting");
  const { community } = useSession();
  const lines = useLines();
  const save = () => {
    const { receipt: text, signature, key } = receipt;
    keep(
      new Blob([JSON.stringify({ receipt: text, signature, key }, null, 2)]),
      `erasure-${receipt.id}.json`,
    );
  };
  const print = () =>
    printSheet(
      <Sheet
        title={t("receipt")}
        facts={[community ?? "", absolute(receipt.at)]}
        head={[t("receipt.item"), t("receipt.said")]}
        lines={[
          ...lines(receipt),
          ...saidIn(receipt).phones_outstanding.map((id) => [t("outstanding"), id]),
          [t("receipt.signed"), receipt.receipt],
          [t("receipt.signature.label"), receipt.signature],
          [t("receipt.key.label"), receipt.key],
        ]}
      />,
    );
  return (
    <div className="page-actions">
      <Button icon={<DownloadOutlined />} onClick={save}>
        {t("receipt.save")}
      </Button>
      <Button icon={<PrinterOutlined />} onClick={print}>
        {t("receipt.print")}
      </Button>
      <Button type="primary" onClick={close}>
        {t("close")}
      </Button>
    </div>
  );
}
