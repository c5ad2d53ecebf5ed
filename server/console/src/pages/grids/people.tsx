/** Every worker: which grids from when to when, and whether there is a phone. */
import { Button, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, type Schema } from "@/api/client";
import { useCan } from "@/api/session";
import { choice, DataTable } from "@/shared/data-table";
import { Status } from "@/shared/status";
import { Span } from "./appointments";
import { nameOf, termOf, type Grid, type Worker } from "./data";

type Phone = Schema<"DeviceBody">;

/** The worker's phones that may still be used. */
export function usePhonesOf(): (worker: Worker) => Phone[] | undefined {
  const phones = api.useQuery("get", "/v1/devices");
  return (worker) => phones.data?.filter((phone) => phone.worker === worker.id && phone.status !== "revoked");
}

interface PeopleProps {
  workers: Worker[] | undefined;
  grids: readonly Grid[] | undefined;
  error: unknown;
  retry: () => unknown;
  onOpen: (worker: Worker) => void;
  add: () => void;
}

export function People({ workers, grids, error, retry, onOpen, add }: PeopleProps) {
  const { t } = useTranslation("grids");
  const can = useCan();
  const columns: TableColumnsType<Worker> = [
    {
      title: t("person"),
      width: 140,
      sorter: (a, b) => a.name.localeCompare(b.name, "zh"),
      render: (_, worker) => <strong>{worker.name}</strong>,
    },
    {
      title: t("grids.now"),
      width: 360,
      ...choice(workers, (worker) => (worker.grids.length === 0 ? t("grids.none") : t("grids.some"))),
      render: (_, worker) => <Terms worker={worker} grids={grids} past={false} />,
    },
    {
      title: t("grids.past"),
      width: 360,
      render: (_, worker) => <Terms worker={worker} grids={grids} past />,
    },
    { title: t("phone"), width: 180, render: (_, worker) => <PhoneOf worker={worker} /> },
  ];
  return (
    <DataTable
      label={t("workers")}
      columns={columns}
      rows={workers}
      rowKey={(worker) => worker.id}
      error={error}
      retry={retry}
      onOpen={onOpen}
      width={1040}
      empty={{
        title: t("people.none"),
        text: t("people.none.text"),
        action: can("people") && (
          <Button type="primary" onClick={add}>
            {t("people.add")}
          </Button>
        ),
      }}
    />
  );
}

interface TermsProps {
  worker: Worker;
  grids: readonly Grid[] | undefined;
  past: boolean;
}

function Terms({ worker, grids, past }: TermsProps) {
  const { t } = useTranslation("grids");
  const shown = worker.appointments.filter((appointment) => (termOf(appointment) === "past") === past);
  if (shown.length === 0) return <span className="quiet">{past ? "—" : t("grids.none")}</span>;
  return shown.map((appointment) => (
    <div key={appointment.id}>
      {nameOf(grids, appointment.grid)} <Span appointment={appointment} />
    </div>
  ));
}

/** Whether the worker can go out, or the way to the phone that is missing. */
export function PhoneOf({ worker }: { worker: Worker }) {
  const { t } = useTranslation("grids");
  const can = useCan();
  const phones = usePhonesOf()(worker);
  if (phones === undefined) return null;
  if (phones.some((phone) => phone.status === "active"))
    return <Status tone="good">{t("phone.works")}</Status>;
  if (phones.some((phone) => phone.status === "waiting"))
    return <Status tone="waiting">{t("phone.waits")}</Status>;
  if (phones.length > 0) return <Status tone="warning">{t("phone.stopped")}</Status>;
  return (
    <>
      <Status tone="neutral">{t("phone.none")}</Status>
      {can("enrol_code") && (
        <div>
          <Link to={`/phones?enrol=${worker.id}`}>{t("phone.enrol")}</Link>
        </div>
      )}
    </>
  );
}
