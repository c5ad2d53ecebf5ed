/** Forgetting: emergencies that end, records that have been kept long enough, and receipts of what was destroyed. */
import { App, Button, Segmented } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { useCan } from "@/api/session";
import { Dialog } from "@/shared/dialog";
import { PageFrame } from "@/shared/page-frame";
import Destroy, { type DestroyProps } from "./destroy";
import { Emergencies, OpenEmergency } from "./emergencies";
import { Erasures } from "./erasures";
import { ReceiptOf } from "./receipt";
import { Retention } from "./retention";
import "./forgetting.css";

const VIEWS = ["emergencies", "retention", "erasures"] as const;

type View = (typeof VIEWS)[number];

type Open =
  | { what: "new" }
  | ({ what: "destroy" } & Pick<DestroyProps, "subject" | "name">)
  | { what: "receipt"; id: string };

export default function Forgetting() {
  const { t } = useTranslation("forgetting");
  const can = useCan();
  const { message } = App.useApp();
  const [params, setParams] = useSearchParams();
  const [open, setOpen] = useState<Open>();
  const shown = VIEWS.filter((view) => view !== "erasures" || can("audit"));
  const view = shown.find((one) => one === params.get("view")) ?? "emergencies";
  const close = () => setOpen(undefined);
  const receipt = (id: string) => setOpen({ what: "receipt", id });
  return (
    <PageFrame
      title={t("menu.forgetting")}
      description={t("text")}
      actions={
        view === "emergencies" &&
        can("campaigns") && (
          <Button type="primary" onClick={() => setOpen({ what: "new" })}>
            {t("emergency.new")}
          </Button>
        )
      }
    >
      <div className="toolbar">
        <Segmented<View>
          aria-label={t("menu.forgetting")}
          value={view}
          onChange={(chosen) => setParams({ view: chosen }, { replace: true })}
          options={shown.map((value) => ({ value, label: t(`view.${value}`) }))}
        />
      </div>
      {view === "emergencies" && (
        <Emergencies
          onClose={({ id, name }) => setOpen({ what: "destroy", subject: { what: "emergency", id }, name })}
          onReceipt={receipt}
        />
      )}
      {view === "retention" && (
        <Retention onDue={() => setOpen({ what: "destroy", subject: { what: "due", id: "" }, name: "" })} />
      )}
      {view === "erasures" && <Erasures onOpen={receipt} />}
      {open?.what === "new" && (
        <OpenEmergency
          close={close}
          done={(name) => {
            close();
            message.success(t("emergency.opened", { name }));
          }}
        />
      )}
      {open?.what === "destroy" && <Destroy subject={open.subject} name={open.name} close={close} />}
      {open?.what === "receipt" && (
        <Dialog title={t("receipt")} close={close}>
          <ReceiptOf id={open.id} close={close} />
        </Dialog>
      )}
    </PageFrame>
  );
}
