/** The workers' phones: who waits to be let in, how each is doing, and what a person must look at. */
import { PrinterOutlined, QrcodeOutlined } from "@ant-design/icons";
import { Button, Segmented } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api, type Schema } from "@/api/client";
import { useFresh } from "@/api/news";
import { useCan } from "@/api/session";
import { PageFrame } from "@/shared/page-frame";
import { Device } from "./device";
import { Enrol } from "./enrol";
import { PhoneList } from "./list";
import { Review } from "./review";
import { Sheet } from "./sheet";
import { WaitingPhones } from "./waiting";
import "./style.css";

export type Phone = Schema<"DeviceBody">;

export function usePhones() {
  return api.useQuery("get", "/v1/devices");
}

type Open = { what: "enrol"; worker?: string } | { what: "sheet" } | { what: "phone"; id: string };

export default function Phones() {
  const { t } = useTranslation("phones");
  const can = useCan();
  const phones = usePhones();
  // A phone that was just enrolled shows at once, for somebody who holds it in the hand.
  useFresh(["device"], "/v1/devices", "/v1/review");
  const [tab, setTab] = useState<"phones" | "review">("phones");
  // Whoever comes from a worker without a phone has said already whom it is for.
  const [params, setParams] = useSearchParams();
  const [open, setOpen] = useState<Open | undefined>(() => {
    const worker = params.get("enrol");
    return worker !== null && can("enrol_code") ? { what: "enrol", worker } : undefined;
  });
  const close = () => {
    setOpen(undefined);
    if (params.has("enrol")) setParams({}, { replace: true });
  };
  if (open?.what === "sheet") return <Sheet close={close} />;

  const rows = phones.data;
  const waiting = rows?.filter((phone) => phone.status === "waiting") ?? [];
  const toReview = rows?.reduce((sum, phone) => sum + phone.review, 0) ?? 0;
  const chosen = open?.what === "phone" ? rows?.find((phone) => phone.id === open.id) : undefined;
  return (
    <PageFrame
      title={t("menu.phones")}
      description={t("text")}
      actions={
        can("enrol_code") && (
          <>
            <Button icon={<PrinterOutlined />} onClick={() => setOpen({ what: "sheet" })}>
              {t("sheet")}
            </Button>
            <Button type="primary" icon={<QrcodeOutlined />} onClick={() => setOpen({ what: "enrol" })}>
              {t("enrol")}
            </Button>
          </>
        )
      }
    >
      {waiting.length > 0 && open?.what !== "enrol" && <WaitingPhones phones={waiting} />}
      <div className="toolbar">
        <Segmented<"phones" | "review">
          aria-label={t("menu.phones")}
          value={tab}
          onChange={setTab}
          options={[
            { value: "phones", label: t("tab.phones", { n: rows?.length ?? 0 }) },
            { value: "review", label: t("tab.review", { n: toReview }) },
          ]}
        />
      </div>
      {tab === "phones" ? (
        <PhoneList
          phones={rows}
          error={phones.error}
          retry={phones.refetch}
          onOpen={(phone) => setOpen({ what: "phone", id: phone.id })}
          enrol={() => setOpen({ what: "enrol" })}
        />
      ) : (
        <Review />
      )}
      {open?.what === "enrol" && <Enrol worker={open.worker} close={close} />}
      {chosen && (
        <Device
          phone={chosen}
          close={close}
          review={() => {
            setTab("review");
            close();
          }}
        />
      )}
    </PageFrame>
  );
}
