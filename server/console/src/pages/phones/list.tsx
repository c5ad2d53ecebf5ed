/** Every phone with what the office must know of it. */
import { Button, type TableColumnsType } from "antd";
import dayjs from "dayjs";
import duration from "dayjs/plugin/duration";
import { useTranslation } from "react-i18next";
import { useCan } from "@/api/session";
import { choice, DataTable } from "@/shared/data-table";
import { Status, type Tone } from "@/shared/status";
import { LastContact } from "@/shared/time";
import type { Phone } from ".";

dayjs.extend(duration);

const TONES: Record<Phone["status"], Tone> = {
  waiting: "waiting",
  active: "good",
  expired: "warning",
  suspended: "warning",
  revoked: "neutral",
};

export function Standing({ phone }: { phone: Phone }) {
  const { t } = useTranslation("phones");
  return <Status tone={TONES[phone.status]}>{t(`status.${phone.status}`)}</Status>;
}

/** How far off a phone's clock is, in the largest unit that says it. */
export function Clock({ phone }: { phone: Phone }) {
  const { t } = useTranslation("phones");
  const skew = phone.clock_skew_ms;
  if (skew == null) return <span>—</span>;
  if (!phone.clock_wrong) return <span>{t("clock.right")}</span>;
  const by = dayjs.duration(Math.abs(skew)).humanize();
  return <Status tone="warning">{t(skew > 0 ? "clock.slow" : "clock.fast", { by })}</Status>;
}

export function Contact({ phone }: { phone: Phone }) {
  const { t } = useTranslation("phones");
  return phone.connected ? (
    <Status tone="good">{t("connected")}</Status>
  ) : (
    <LastContact at={phone.last_contact_at} />
  );
}

interface PhoneListProps {
  phones: Phone[] | undefined;
  error: unknown;
  retry: () => unknown;
  onOpen: (phone: Phone) => void;
  enrol: () => void;
}

export function PhoneList({ phones, error, retry, onOpen, enrol }: PhoneListProps) {
  const { t } = useTranslation("phones");
  const can = useCan();
  const columns: TableColumnsType<Phone> = [
    {
      title: t("worker"),
      width: 170,
      sorter: (a, b) => a.name.localeCompare(b.name, "zh"),
      render: (_, phone) => (
        <>
          {phone.name}
          {phone.label !== "" && <span className="aside"> · {phone.label}</span>}
        </>
      ),
    },
    {
      title: t("status"),
      width: 110,
      ...choice(
        phones,
        (phone) => phone.status,
        (status) => t(`status.${status}`),
      ),
      render: (_, phone) => <Standing phone={phone} />,
    },
    {
      title: t("fingerprint"),
      width: 200,
      render: (_, phone) => <code className="fingerprint">{phone.fingerprint}</code>,
    },
    {
      title: t("contact"),
      width: 130,
      sorter: (a, b) => dayjs(a.last_contact_at ?? 0).diff(b.last_contact_at ?? 0),
      render: (_, phone) => <Contact phone={phone} />,
    },
    {
      title: t("unsent"),
      width: 90,
      align: "right",
      sorter: (a, b) => (a.unsent ?? -1) - (b.unsent ?? -1),
      render: (_, phone) => <span className="number">{phone.unsent ?? "—"}</span>,
    },
    { title: t("clock"), width: 150, render: (_, phone) => <Clock phone={phone} /> },
    {
      title: t("to_review"),
      width: 100,
      align: "right",
      render: (_, phone) => <span className="number">{phone.review === 0 ? "—" : phone.review}</span>,
    },
    { title: t("app"), width: 150, ellipsis: true, render: (_, phone) => phone.app ?? "—" },
  ];
  return (
    <DataTable
      label={t("menu.phones")}
      columns={columns}
      rows={phones}
      rowKey={(phone) => phone.id}
      error={error}
      retry={retry}
      onOpen={onOpen}
      width={1100}
      empty={{
        title: t("none"),
        text: t("none.text"),
        action: can("enrol_code") && (
          <Button type="primary" onClick={enrol}>
            {t("enrol")}
          </Button>
        ),
      }}
    />
  );
}
