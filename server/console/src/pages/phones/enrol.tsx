/** A one-time code for one worker's phone, and the phone that comes with it. */
import { App, Button, Checkbox, Form, QRCode, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, refresh, type Schema } from "@/api/client";
import { problemOf } from "@/api/problem";
import { useCan } from "@/api/session";
import { Dialog } from "@/shared/dialog";
import { FormFoot } from "@/shared/form-foot";
import { Status } from "@/shared/status";
import { Time } from "@/shared/time";
import { usePhones } from ".";
import { Compare } from "./waiting";

type Code = Schema<"CodeBody">;

/** Large enough for a phone's camera at arm's length. */
const QR_PX = 208;

export function useWorkers() {
  // Whoever was just added must be there.
  const workers = api.useQuery("get", "/v1/workers", undefined, { staleTime: 0 });
  const options = workers.data?.map((worker) => ({ value: worker.id, label: worker.name }));
  return { options, loading: workers.isPending };
}

export function Enrol({ worker, close }: { worker?: string; close: () => void }) {
  const { t } = useTranslation("phones");
  const [made, setMade] = useState<{ worker: string; since: number; code: Code }>();
  return (
    <Dialog title={t("enrol")} close={close} width={640}>
      {made ? <Shown {...made} close={close} /> : <Ask worker={worker} close={close} made={setMade} />}
    </Dialog>
  );
}

interface AskProps {
  /** For whom, when that is known. */
  worker: string | undefined;
  close: () => void;
  made: (made: { worker: string; since: number; code: Code }) => void;
}

function Ask({ worker: known, close, made }: AskProps) {
  const { t } = useTranslation("phones");
  const can = useCan();
  const workers = useWorkers();
  const make = api.useMutation("post", "/v1/enrol-codes");
  return (
    <Form<{ worker: string }>
      autoComplete="off"
      name="enrol"
      layout="vertical"
      requiredMark={false}
      initialValues={{ worker: known }}
      onFinish={({ worker }) => {
        // Phones of this worker that are there already are not the one that is waited for.
        make.mutate({ body: { worker } }, { onSuccess: (code) => made({ worker, since: Date.now(), code }) });
      }}
    >
      <Form.Item name="worker" label={t("worker")} rules={[{ required: true, message: t("field.required") }]}>
        <Select
          showSearch={{ optionFilterProp: "label" }}
          options={workers.options}
          loading={workers.loading}
          placeholder={t("worker.choose")}
          notFoundContent={t("worker.none")}
        />
      </Form.Item>
      <p className="aside">{t("enrol.text")}</p>
      {can("settings") && <MustConfirm />}
      <FormFoot error={make.error} pending={make.isPending} ok={t("enrol.make")} close={close} />
    </Form>
  );
}

function MustConfirm() {
  const { t } = useTranslation("phones");
  const { message } = App.useApp();
  const settings = api.useQuery("get", "/v1/settings/phones");
  const change = api.useMutation("put", "/v1/settings/phones", {
    onSuccess: () => refresh("/v1/settings/phones"),
    onError: (error) => message.error(problemOf(error).text),
  });
  if (!settings.data) return null;
  return (
    <Form.Item extra={t("must_confirm.text")}>
      <Checkbox
        checked={settings.data.confirm}
        disabled={change.isPending}
        onChange={(event) => change.mutate({ body: { confirm: event.target.checked } })}
      >
        {t("must_confirm")}
      </Checkbox>
    </Form.Item>
  );
}

function Shown({
  worker,
  since,
  code,
  close,
}: {
  worker: string;
  since: number;
  code: Code;
  close: () => void;
}) {
  const { t } = useTranslation("phones");
  const phones = usePhones();
  const come = phones.data?.find(
    (phone) => phone.worker === worker && Date.parse(phone.enrolled_at) >= since - CLOCKS_MS,
  );
  return (
    <>
      <div className="enrolment">
        <Qr payload={code.payload} label={t("qr.of", { code: code.code })} size={QR_PX} />
        <dl className="facts">
          <dt>{t("code")}</dt>
          <dd>
            <code className="fingerprint large">{code.code}</code>
          </dd>
          <dt>{t("url")}</dt>
          <dd>
            <code>{code.url}</code>
          </dd>
          <dt>{t("expires")}</dt>
          <dd>
            <Time at={code.expires_at} />
          </dd>
          <dt>{t("relay_fingerprint")}</dt>
          <dd>
            <code className="fingerprint">{code.relay_fingerprint}</code>
          </dd>
        </dl>
      </div>
      <div className="panel" aria-live="polite">
        {come === undefined && <Status tone="waiting">{t("enrol.wait")}</Status>}
        {come?.status === "waiting" && (
          <>
            <p>{t("waiting.text")}</p>
            <Compare phone={come} />
          </>
        )}
        {come?.status === "active" && <Status tone="good">{t("confirmed", { name: come.name })}</Status>}
        {come?.status === "revoked" && <Status tone="bad">{t("done.revoke", { name: come.name })}</Status>}
      </div>
      <div className="page-actions">
        <Button onClick={close}>{t("close")}</Button>
      </div>
    </>
  );
}

/** This computer's clock and the relay's may differ by so much. */
const CLOCKS_MS = 10_000;

/** A QR code with its text for whoever has no camera, and for tests. */
export function Qr({ payload, label, size }: { payload: string; label: string; size: number }) {
  return (
    <div role="img" aria-label={label} data-payload={payload}>
      <div aria-hidden>
        <QRCode
          type="svg"
          value={payload}
          size={size}
          errorLevel="M"
          bordered={false}
          color="#000"
          bgColor="#fff"
        />
      </div>
    </div>
  );
}
